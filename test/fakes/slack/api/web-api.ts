/** The HTTP side of the fake Slack: Web API, uploads, downloads and response URLs on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Traffic } from '../../traffic.ts'
import type { Interactions } from '../interactions.ts'
import { chatMethods } from '../methods/chat.ts'
import { fileMethods } from '../methods/files.ts'
import { viewMethods } from '../methods/views.ts'
import { workspaceMethods } from '../methods/workspace.ts'
import { filesIn, sentTo } from '../sent-to.ts'
import { FileHost } from '../transport/file-host.ts'
import type { OAuth } from '../transport/oauth.ts'
import { bearerOf, formOf, readBody } from '../transport/request-body.ts'
import type { SocketMode } from '../transport/socket-mode.ts'
import type { Member, Team, World } from '../world.ts'
import type { Failure, FakeFaults } from './faults.ts'
import type { Method, MethodContext } from './method.ts'
import { Refusal } from './refusal.ts'
import type { RateLimits } from './tiers.ts'

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
  appToken: () => string
  traffic: Traffic
  tell: (team: Team, event: { type: string } & Record<string, unknown>) => void
}

export class WebApi {
  readonly #parts: Parts
  readonly #server: Server
  #baseUrl = ''
  /** Every call, in order: what the app did, with Slack's refusals. */
  readonly calls: ApiCall[] = []
  #onCall: (() => void)[] = []
  readonly #files: FileHost

  constructor(parts: Parts) {
    this.#parts = parts
    this.#files = new FileHost(parts.world, () => this.#baseUrl)
    this.#server = createServer((request, response) => {
      this.#route(request, response)
        .catch((error: unknown) => {
          response.writeHead(500).end(String(error))
        })
        .finally(() => this.#wake())
    })
    this.#server.on('upgrade', (request, socket, head) => parts.sockets.upgrade(request, socket, head))
  }

  get baseUrl(): string {
    return this.#baseUrl
  }

  /** Downloads asked for without a token that opens them. */
  get deniedDownloads(): number {
    return this.#files.denied
  }

  /** Resolves when the next call took effect or was answered, whatever it wanted. */
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
    if (first === 'upload')
      return this.#files.upload(third, request, body, response, this.#parts.faults.take('upload'))
    if (first === 'files-pri') return this.#files.download(second, request, response)
    if (first === 'respond') return this.#respond(second, body, response)
    response.writeHead(404).end()
  }

  async #api(name: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { token, team_id: _team, ...args } = { ...(await formOf(request, body)) }
    const bearer = bearerOf(request) ?? (typeof token === 'string' ? token : undefined)
    const planned = this.#parts.faults.take(name, args)
    const team = this.#parts.world.teamByToken(bearer ?? '')
    this.#hear(name, team?.id ?? '', args)
    if (happensFirst(planned)) {
      this.calls.push({ method: name, teamId: team?.id ?? '', args, error: describe(planned) })
      refuseConnection(planned, response)
      return
    }
    const answer = this.#answer(name, bearer, args, request, planned)
    this.calls.push({ method: name, teamId: team?.id ?? '', args, ...errorOf(answer) })
    if (typeof planned === 'object' && planned.kind === 'slow') {
      this.#wake()
      await new Promise<void>(resolve => this.#parts.world.clock.after(planned.ms, resolve))
    } else if (typeof planned === 'object') return refuseConnection(planned, response)
    response
      .writeHead(answer.retryAfterS === undefined ? 200 : 429, {
        'content-type': 'application/json; charset=utf-8',
        ...(answer.retryAfterS === undefined ? {} : { 'retry-after': String(answer.retryAfterS) }),
        ...this.#scopeHeaders(name, team),
      })
      .end(JSON.stringify(answer.json))
  }

  #wake(): void {
    for (const resolve of this.#onCall.splice(0)) resolve()
  }

  /** What Slack answers, in its JSON. */
  #answer(
    name: string,
    bearer: string | undefined,
    args: Record<string, unknown>,
    request: IncomingMessage,
    planned: Failure | undefined,
  ): Answer {
    try {
      if (typeof planned === 'string') throw new Refusal(planned)
      if (name === 'apps.connections.open') return done(this.#openConnection(bearer))
      if (name === 'oauth.v2.access')
        return done(this.#parts.oauth.access(args, request.headers.authorization))
      const person = this.#parts.world.memberByToken(bearer ?? '')
      if (name === 'auth.test' && person !== undefined) return done(this.#identityOf(person))
      const team = this.#teamOf(bearer)
      const retryAfterS = this.#limited(name, team, args)
      if (retryAfterS !== undefined) return { json: new Refusal('ratelimited').toJson(), retryAfterS }
      return done(this.#call(name, team, args))
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      return { json: thrown.toJson() }
    }
  }

  #hear(name: string, teamId: string, args: Record<string, unknown>): void {
    const { world, interactions, traffic } = this.#parts
    traffic.record(sentTo(world, interactions, teamId, args), name, args, filesIn(world, args))
  }

  /** What a token may do, and what the method needs: with every answer (docs.slack.dev/authentication/installing-with-oauth). */
  #scopeHeaders(name: string, team: Team | undefined): Record<string, string> {
    if (team === undefined) return {}
    const accepted = methods[name]?.scopes.join(',') ?? ''
    return { 'x-oauth-scopes': [...team.scopes].join(','), 'x-accepted-oauth-scopes': accepted }
  }

  #openConnection(bearer: string | undefined): Record<string, unknown> {
    if (bearer !== this.#parts.appToken()) throw new Refusal('invalid_auth')
    return { url: `${this.#baseUrl.replace('http', 'ws')}/link?ticket=${this.#parts.sockets.ticket()}` }
  }

  /** A person's token has no bot_id (docs.slack.dev/reference/methods/auth.test, Example responses). */
  #identityOf({ id, name, teamId }: Member): Record<string, unknown> {
    const team = this.#parts.world.team(teamId)
    return { url: `${this.#baseUrl}/`, team: team.name, user: name, team_id: teamId, user_id: id }
  }

  #teamOf(bearer: string | undefined): Team {
    if (bearer === undefined) throw new Refusal('not_authed')
    const { world } = this.#parts
    const team = world.teamByToken(bearer)
    if (team === undefined) throw new Refusal(world.wasRevoked(bearer) ? 'token_revoked' : 'invalid_auth')
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
    if (missing.length > 0)
      throw new Refusal('missing_scope', [], {
        needed: missing.join(','),
        provided: [...team.scopes].join(','),
      })
    const context: MethodContext = {
      world: this.#parts.world,
      team,
      faults: this.#parts.faults,
      baseUrl: this.#baseUrl,
      tell: event => this.#parts.tell(team, event),
      useTrigger: id => this.#parts.interactions.useTrigger(id),
    }
    return method.answer(args, context)
  }

  #respond(id: string, body: Buffer, response: ServerResponse): void {
    try {
      const planned = this.#parts.faults.take('respond')
      const answer: unknown = JSON.parse(body.toString())
      const place = this.#parts.interactions.placeOf(id, answer)
      if (place !== undefined) this.#parts.traffic.record(place, 'respond', answer)
      if (happensFirst(planned)) {
        refuseConnection(planned, response)
        return
      }
      if (typeof planned === 'string') throw new Refusal(planned)
      this.#parts.interactions.respond(id, answer)
      if (typeof planned === 'object' && planned.kind !== 'slow') refuseConnection(planned, response)
      else response.writeHead(200).end('ok')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      response.writeHead(404).end(error.error)
    }
  }
}

interface Answer {
  json: Record<string, unknown>
  retryAfterS?: number
}

function done(answer: Record<string, unknown>): Answer {
  return { json: { ok: true, ...answer } }
}

function errorOf({ json }: Answer): { error?: string } {
  return typeof json.error === 'string' ? { error: json.error } : {}
}

type Unanswered = Extract<Failure, number | { kind: 'cut' | 'silence' | 'page' }>

/** Whether the call is not even looked at. */
function happensFirst(failure: Failure | undefined): failure is Unanswered {
  if (typeof failure === 'number') return true
  if (typeof failure !== 'object' || failure.kind === 'slow') return false
  return failure.kind === 'page' || failure.when === 'before'
}

function describe(failure: Unanswered): string {
  return typeof failure === 'number' ? `http ${failure}` : failure.kind
}

/** A bare status, a connection that ends, or none of both: then it stands until one side gives up. */
function refuseConnection(failure: Unanswered, response: ServerResponse): void {
  if (typeof failure === 'number') response.writeHead(failure).end('upstream')
  else if (failure.kind === 'page')
    response
      .writeHead(failure.status, {
        'content-type': 'text/html',
        ...(failure.retryAfter !== undefined && { 'retry-after': failure.retryAfter }),
      })
      .end('<title>Back soon</title>')
  else if (failure.kind === 'cut') response.socket?.destroy()
}
