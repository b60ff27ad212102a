/** The REST side: an HTTP server that reads requests, meters them, applies ordered mishaps and answers in JSON. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { UploadedFile } from '../posting.ts'
import type { RateLimits } from '../rules/rate-limits.ts'
import type { Faults, Mishap } from './faults.ts'
import { badField, Refusal, refuse } from './refusal.ts'

export interface RestRequest {
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  body: unknown
  files: readonly UploadedFile[]
}

export interface Route {
  method: string
  /** `/channels/:channel/messages`; the first parameter is the major one, of webhooks the first two. */
  template: string
  /** Needs `Authorization: Bot …`. */
  auth: boolean
  /** JSON to answer, or undefined for 204. */
  answer(request: RestRequest): Promise<object | undefined> | object | undefined
}

/** One line of the log: what was asked and how it was answered. */
export interface LoggedRequest {
  method: string
  path: string
  template: string
  status: number
  /** Discord's own code, where the answer was no. */
  code?: number
  detail?: string
}

export interface RestParts {
  routes: readonly Route[]
  /** The token as it is now. */
  token(): string
  limits: RateLimits
  faults: Faults
  /** Bytes served under /cdn/attachments/ID/NAME. */
  file(id: string): { contentType: string; bytes: Uint8Array } | undefined
  /** Bytes that a file of this request may have. */
  uploadLimitBytes(request: RestRequest): number
  /** Hears of every request that is understood, before it is answered. */
  heard(call: string, request: RestRequest): void
  /** A request is answered or will never be. */
  settled(): void
}

const prefix = '/api/v10'

export class RestServer {
  readonly server: Server
  readonly log: LoggedRequest[] = []
  readonly #parts: RestParts

  constructor(parts: RestParts) {
    this.#parts = parts
    this.server = createServer((request, response) => {
      this.#serve(request, response)
        .catch(error => {
          response.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error?.stack ?? error))
        })
        .finally(parts.settled)
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    const method = request.method ?? 'GET'
    if (url.pathname.startsWith('/cdn/')) return this.#serveFile(url.pathname, response)

    const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname
    const found = this.#match(method, path)
    const entry: LoggedRequest = { method, path, template: found?.route.template ?? '', status: 0 }
    this.log.push(entry)
    const raw = await readAll(request)

    const mishap = this.#parts.faults.take(method, path)
    const dropped = mishap?.kind === 'cut' || mishap?.kind === 'silence' ? mishap : undefined
    if (dropped?.when === 'before') return drop(dropped, entry, response)
    if (mishap?.kind === 'status' || mishap?.kind === 'too-many') return misanswer(entry, response, mishap)
    if (mishap?.kind === 'edit-limit') return limitEdit(entry, response, mishap)

    const headers: Record<string, string> = {}
    try {
      if (!found || !url.pathname.startsWith(prefix)) throw refuse.unknownRoute()
      if (found.route.auth && request.headers.authorization !== `Bot ${this.#parts.token()}`)
        throw refuse.unauthorized()
      const majors = found.route.template.startsWith('/webhooks/') ? 2 : 1
      const major = Object.values(found.params).slice(0, majors).join('/')
      const verdict = this.#parts.limits.take(method, found.route.template, major)
      Object.assign(headers, verdict.headers)
      if (verdict.kind === 'refused') throw tooMany(verdict.retryAfterMs, verdict.global)

      const { body, files } = await parseBody(request.headers['content-type'] ?? '', raw)
      const asked: RestRequest = { params: found.params, query: url.searchParams, body, files }
      this.#parts.heard(`${method} ${path}`, asked)
      if (mishap?.kind === 'refusal')
        throw new Refusal(mishap.status, mishap.code, mishap.message ?? 'As ordered')
      const limit = mishap?.kind === 'upload-limit' ? mishap.bytes : this.#parts.uploadLimitBytes(asked)
      if (files.some(file => file.bytes.length > limit)) throw refuse.tooLarge()
      const answer = await found.route.answer(asked)
      if (dropped !== undefined) return drop(dropped, entry, response)
      entry.status = answer === undefined ? 204 : 200
      if (answer === undefined) response.writeHead(204, headers).end()
      else
        response
          .writeHead(200, { ...headers, 'Content-Type': 'application/json' })
          .end(JSON.stringify(answer))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      entry.status = error.status
      entry.code = error.code
      entry.detail = JSON.stringify(error.toJson())
      response.writeHead(error.status, { ...headers, ...error.headers, 'Content-Type': 'application/json' })
      const extra =
        error.status === 429
          ? { retry_after: Number(error.headers['Retry-After']), global: 'X-RateLimit-Global' in headers }
          : {}
      response.end(JSON.stringify({ ...error.toJson(), ...extra }))
    }
  }

  #match(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
    const parts = path.split('/')
    for (const route of this.#parts.routes) {
      const wanted = route.template.split('/')
      if (route.method !== method || wanted.length !== parts.length) continue
      const params: Record<string, string> = {}
      const fits = wanted.every((want, i) => {
        const part = parts[i] ?? ''
        if (!want.startsWith(':')) return want === part
        params[want.slice(1)] = decodeURIComponent(part)
        return part !== ''
      })
      if (fits) return { route, params }
    }
    return undefined
  }

  #serveFile(path: string, response: ServerResponse): void {
    const file = this.#parts.file(path.split('/')[3] ?? '')
    if (!file) response.writeHead(404).end('This content is no longer available.')
    else
      response
        .writeHead(200, { 'Content-Type': file.contentType, 'Content-Length': file.bytes.length })
        .end(file.bytes)
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** JSON, or multipart with `payload_json` and `files[n]`. */
async function parseBody(
  contentType: string,
  raw: Buffer,
): Promise<{ body: unknown; files: UploadedFile[] }> {
  if (raw.length === 0) return { body: undefined, files: [] }
  if (!contentType.startsWith('multipart/form-data')) return { body: parseJson(raw.toString()), files: [] }
  const form = await new Response(new Uint8Array(raw), {
    headers: { 'Content-Type': contentType },
  }).formData()
  let body: unknown = {}
  const files: UploadedFile[] = []
  for (const [name, value] of form.entries()) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1]
    if (name === 'payload_json' && typeof value === 'string') body = parseJson(value)
    else if (index !== undefined && typeof value !== 'string')
      files.push({
        index: Number(index),
        filename: value.name,
        contentType: value.type,
        bytes: new Uint8Array(await value.arrayBuffer()),
      })
    else throw badField([name], 'UNKNOWN_FIELD', 'Discord knows no such form field.')
  }
  return { body, files }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 50109, 'The request body contains invalid JSON.')
  }
}

function tooMany(retryAfterMs: number, global: boolean): Refusal {
  return new Refusal(429, 0, 'You are being rate limited.', [], {
    'Retry-After': String(Math.max(0.001, retryAfterMs / 1000)),
    ...(global ? { 'X-RateLimit-Global': 'true' } : {}),
  })
}

type Drop = Extract<Mishap, { kind: 'cut' | 'silence' }>

/** No answer: the connection ends, or stands until one side gives up. */
function drop(mishap: Drop, entry: LoggedRequest, response: ServerResponse): void {
  entry.detail = mishap.kind === 'cut' ? 'connection cut' : 'no answer'
  if (mishap.kind === 'cut') response.socket?.destroy()
}

function limitEdit(
  entry: LoggedRequest,
  response: ServerResponse,
  { code, retryAfterMs }: Extract<Mishap, { kind: 'edit-limit' }>,
): void {
  entry.status = 429
  entry.code = code
  const headers = { 'Retry-After': '1', 'X-RateLimit-Scope': 'shared', 'X-RateLimit-Reset-After': '1' }
  response.writeHead(429, { 'Content-Type': 'application/json', ...headers })
  const body = { message: 'Try again later', code, global: false, retry_after: retryAfterMs / 1000 }
  response.end(JSON.stringify(body))
}

function misanswer(
  entry: LoggedRequest,
  response: ServerResponse,
  mishap: Extract<Mishap, { kind: 'status' | 'too-many' }>,
): void {
  entry.detail = 'as ordered'
  if (mishap.kind === 'status') {
    entry.status = mishap.status
    response.writeHead(mishap.status, { 'Content-Type': 'text/plain' }).end('upstream error')
    return
  }
  entry.status = 429
  const seconds = mishap.retryAfterMs / 1000
  if (mishap.scope === 'cloudflare') {
    response.writeHead(429, { 'Content-Type': 'text/html', 'Retry-After': String(seconds) })
    response.end('<!doctype html><title>error code: 1015</title>')
    return
  }
  const isGlobal = mishap.scope === 'global'
  response.writeHead(429, {
    'Content-Type': 'application/json',
    'Retry-After': String(seconds),
    'X-RateLimit-Scope': isGlobal ? 'global' : 'user',
    ...(isGlobal ? { 'X-RateLimit-Global': 'true' } : {}),
  })
  response.end(
    JSON.stringify({ message: 'You are being rate limited.', retry_after: seconds, global: isGlobal }),
  )
}
