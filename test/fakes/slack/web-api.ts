/** The HTTP side of the fake Slack: Web API, uploads, downloads and response URLs on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FakeFaults } from './faults.ts'
import type { Interactions } from './interactions.ts'
import type { Method, MethodContext } from './method.ts'
import { chatMethods } from './methods/chat.ts'
import { fileMethods } from './methods/files.ts'
import { viewMethods } from './methods/views.ts'
import { workspaceMethods } from './methods/workspace.ts'
import type { OAuth } from './oauth.ts'
import { Refusal } from './refusal.ts'
import type { SocketMode } from './socket-mode.ts'
import type { RateLimits } from './tiers.ts'
import type { Team, World } from './world.ts'

export const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...fileMethods,
  ...viewMethods,
  ...workspaceMethods,
}

export interface ApiCall {
  method: string
  teamId: string
  args: Record<string, unknown>
  error?: string
}

interface Parts {
  world: World
  faults: FakeFaults
  limits: RateLimits
  interactions: Interactions
  sockets: SocketMode
  oauth: OAuth
  appToken: string
}

export class WebApi {
  readonly #parts: Parts
  readonly #server: Server
  #baseUrl = ''
  /** Every call, in order: what the app did, with Slack's refusals. */
  readonly calls: ApiCall[] = []
  #onCall: (() => void)[] = []
  /** Downloads asked for without a token that opens them. */
  deniedDownloads = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#server = createServer((request, response) => {
      this.#route(request, response)
        .catch((error: unknown) => {
          response.writeHead(500).end(String(error))
        })
        .finally(() => {
          for (const resolve of this.#onCall.splice(0)) resolve()
        })
    })
    this.#server.on('upgrade', (request, socket, head) => parts.sockets.upgrade(request, socket, head))
  }

  get baseUrl(): string {
    return this.#baseUrl
  }

  /** Resolves when the app was answered the next time, whatever it wanted. */
  nextCall(): Promise<void> {
    return new Promise(resolve => {
      this.#onCall.push(resolve)
    })
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no address')
    this.#baseUrl = `http://127.0.0.1:${address.port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#baseUrl)
    const [, first = '', second = '', third = ''] = url.pathname.split('/')
    const body = await readBody(request)
    if (first === 'api') return this.#api(second, request, body, response)
    if (first === 'upload') return this.#upload(third, request, body, response)
    if (first === 'files-pri') return this.#download(second, request, response)
    if (first === 'respond') return this.#respond(second, body, response)
    response.writeHead(404).end()
  }

  async #api(name: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { token, ...args } = { ...(await formOf(request, body)) }
    const bearer = bearerOf(request) ?? (typeof token === 'string' ? token : undefined)
    const { team_id: _team, ...own } = args
    const planned = this.#parts.faults.take(name)
    if (typeof planned === 'number') {
      this.calls.push({ method: name, teamId: '', args: own, error: `http ${planned}` })
      response.writeHead(planned).end('upstream')
      return
    }
    let error: Refusal | undefined
    let answer: Record<string, unknown> = {}
    let teamId = ''
    try {
      if (planned !== undefined) throw new Refusal(planned)
      if (name === 'apps.connections.open') answer = this.#openConnection(bearer)
      else if (name === 'oauth.v2.access')
        answer = this.#parts.oauth.access(own, request.headers.authorization)
      else {
        const team = this.#teamOf(bearer)
        teamId = team.id
        const waitSeconds = this.#limited(name, team, own)
        if (waitSeconds !== undefined) {
          this.calls.push({ method: name, teamId, args: own, error: 'ratelimited' })
          response
            .writeHead(429, { 'retry-after': String(waitSeconds), 'content-type': 'application/json' })
            .end(JSON.stringify({ ok: false, error: 'ratelimited' }))
          return
        }
        answer = this.#call(name, team, own)
      }
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      error = thrown
    }
    this.calls.push({
      method: name,
      teamId,
      args: own,
      ...(error === undefined ? {} : { error: error.error }),
    })
    const payload =
      error === undefined
        ? { ok: true, ...answer }
        : {
            ok: false,
            error: error.error,
            ...(error.messages.length === 0
              ? {}
              : { errors: error.messages, response_metadata: { messages: error.messages } }),
          }
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(payload))
  }

  #openConnection(bearer: string | undefined): Record<string, unknown> {
    if (bearer !== this.#parts.appToken) throw new Refusal('invalid_auth')
    return { url: `${this.#baseUrl.replace('http', 'ws')}/link?ticket=${this.#parts.sockets.ticket()}` }
  }

  #teamOf(bearer: string | undefined): Team {
    if (bearer === undefined) throw new Refusal('not_authed')
    const team = this.#parts.world.teamByToken(bearer)
    if (team === undefined) throw new Refusal('invalid_auth')
    if (!team.installed) throw new Refusal('token_revoked')
    return team
  }

  #limited(name: string, team: Team, args: Record<string, unknown>): number | undefined {
    const channel = typeof args.channel === 'string' ? args.channel : undefined
    const tier = methods[name]?.tier
    return tier === undefined ? undefined : this.#parts.limits.take(name, team.id, tier, channel)
  }

  #call(name: string, team: Team, args: Record<string, unknown>): Record<string, unknown> {
    const method = methods[name]
    if (method === undefined) throw new Refusal('unknown_method')
    const missing = method.scopes.filter(scope => !team.scopes.has(scope))
    if (missing.length > 0) throw new Refusal('missing_scope', [`needed: ${missing.join(',')}`])
    const context: MethodContext = {
      world: this.#parts.world,
      team,
      faults: this.#parts.faults,
      baseUrl: this.#baseUrl,
      useTrigger: id => this.#parts.interactions.useTrigger(id),
    }
    return method.answer(args, context)
  }

  async #upload(id: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const planned = this.#parts.faults.take('upload')
    const file = this.#parts.world.files.get(id)
    if (file === undefined || file.state !== 'reserved' || typeof planned === 'number') {
      response.writeHead(typeof planned === 'number' ? planned : 404).end()
      return
    }
    const bytes = await uploadedBytes(request, body)
    if (bytes.length !== file.lengthBytes) {
      response.writeHead(400).end(`expected ${file.lengthBytes} bytes, got ${bytes.length}`)
      return
    }
    file.bytes = bytes
    file.state = 'uploaded'
    response.writeHead(200).end(`OK - ${bytes.length}`)
  }

  /** With the token of a bot of that workspace: the bytes; without: the way to the sign-in page, as Slack does. */
  #download(id: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.#parts.world.files.get(id)
    const team = this.#parts.world.teamByToken(bearerOf(request) ?? '')
    const allowed = team?.installed && team.id === file?.teamId && team.scopes.has('files:read')
    if (file?.bytes === undefined || file.state === 'deleted' || !allowed) {
      this.deniedDownloads += 1
      response.writeHead(302, { location: `${this.#baseUrl}/sign-in` }).end()
      return
    }
    response
      .writeHead(200, { 'content-type': file.mediaType, 'content-length': file.bytes.length })
      .end(file.bytes)
  }

  #respond(id: string, body: Buffer, response: ServerResponse): void {
    try {
      if (this.#parts.faults.take('respond') !== undefined) throw new Refusal('used_url')
      this.#parts.interactions.respond(id, JSON.parse(body.toString()))
      response.writeHead(200).end('ok')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      response.writeHead(404).end(error.error)
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function bearerOf(request: IncomingMessage): string | undefined {
  return request.headers.authorization?.match(/^Bearer (.+)$/)?.[1]
}

async function formOf(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? ''
  if (type.includes('json')) return { ...JSON.parse(body.toString() || '{}') }
  if (type.includes('multipart')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    return Object.fromEntries(form.entries())
  }
  return Object.fromEntries(new URLSearchParams(body.toString()))
}

/** Uploads come raw or as a form with one file. */
async function uploadedBytes(request: IncomingMessage, body: Buffer): Promise<Uint8Array> {
  if (request.headers['content-type']?.includes('multipart') !== true) return new Uint8Array(body)
  const form = await formOf(request, body)
  for (const value of Object.values(form)) {
    if (value instanceof Blob) return new Uint8Array(await value.arrayBuffer())
  }
  return new Uint8Array()
}
