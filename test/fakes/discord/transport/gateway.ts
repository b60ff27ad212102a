/** The gateway: a WebSocket with hello, identify, heartbeat, dispatch, resume with replay, and every way to drop out (events/gateway). */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Clock } from '../../../../src/system/ports.ts'
import { guildJson, userJson } from '../payloads.ts'
import type { World } from '../world.ts'
import { guildOf, isOnShard, type Shard } from './shards.ts'

const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const

/** Sends that a connection may make in a minute (events/gateway). */
const sendsPerMinute = 120
const knownIntents = (1 << 26) - 1
/** GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT: off until switched on in the developer portal. */
export const privilegedIntents = (1 << 1) | (1 << 8) | (1 << 15)

const frame = z.object({ op: z.int(), d: z.unknown() })
const activity = z.strictObject({
  name: z.string().min(1).max(128),
  type: z.int().min(0).max(5),
  state: z.string().max(128).nullish(),
  url: z.string().nullish(),
})
const presence = z.strictObject({
  since: z.number().nullish(),
  activities: z.array(activity),
  status: z.enum(['online', 'dnd', 'idle', 'invisible', 'offline']),
  afk: z.boolean().nullish(),
})
const identify = z.object({
  token: z.string(),
  intents: z.int(),
  properties: z.object({ os: z.string(), browser: z.string(), device: z.string() }),
  shard: z.tuple([z.int(), z.int()]).optional(),
  presence: presence.optional(),
})
const resume = z.object({ token: z.string(), session_id: z.string(), seq: z.int() })

interface Session {
  id: string
  shard: Shard
  intents: number
  /** The sequence number of the last event, sent or waiting. */
  sequence: number
  /** Everything dispatched, for replay. */
  events: { s: number; t: string; d: object }[]
  socket?: WebSocket
}

/** What may be wrong with every connection at once. */
export type GatewayTrouble = 'cut' | 'silence' | number

export interface GatewayParts {
  world: World
  clock: Clock
  token(): string
  applicationId: string
  /** Intents that the developer portal has not switched on end in 4014. */
  disallowedIntents: number
  heartbeatIntervalMs: number
  url(): string
}

export class Gateway {
  readonly #parts: GatewayParts
  readonly #server: WebSocketServer
  readonly #sessions = new Map<string, Session>()
  /** Who a connection has identified or resumed as. */
  readonly #entered = new Map<WebSocket, Session>()
  /** What the bot shows under its name, last first sent. */
  presences: z.infer<typeof presence>[] = []
  identifies = 0
  resumes = 0
  heartbeats = 0
  /** While true, heartbeats go unanswered. */
  silent = false
  #trouble: GatewayTrouble | undefined
  /** Connections that were taken and got no answer. */
  readonly #unanswered = new Set<Duplex>()

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#server = new WebSocketServer({ noServer: true })
    this.#server.on('connection', socket => this.#greet(socket))
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      if (this.#trouble === 'cut') socket.destroy()
      else if (this.#trouble === 'silence') this.#unanswered.add(socket)
      else
        this.#server.handleUpgrade(request, socket, head, upgraded =>
          this.#server.emit('connection', upgraded, request),
        )
    })
  }

  /** An event to every session of its shard; those without a connection get it when they resume. True where a session was there. */
  dispatch(t: string, d: object, intent?: number): boolean {
    let reached = false
    for (const session of this.#sessions.values()) {
      if (intent !== undefined && (session.intents & intent) === 0) continue
      if (!isOnShard(session.shard, guildOf(t, d))) continue
      session.sequence += 1
      const event = { s: session.sequence, t, d }
      session.events.push(event)
      send(session.socket, { op: op.dispatch, ...event })
      reached = true
    }
    return reached
  }

  get connected(): boolean {
    return [...this.#sessions.values()].some(session => session.socket?.readyState === WebSocket.OPEN)
  }

  /** Cuts every connection: with a close code, or like a pulled cable where there is none. */
  drop(code?: number): void {
    for (const session of this.#sessions.values()) {
      const { socket } = session
      session.socket = undefined
      if (code === undefined) socket?.terminate()
      else socket?.close(code)
    }
    this.#parts.world.changed()
  }

  /**
   * 'cut': connections end and none is taken. 'silence': a network that swallows everything, so that those which are
   * open stand and hear nothing. A number: every connection is closed with that code as soon as it speaks.
   */
  begin(trouble: GatewayTrouble): void {
    this.#trouble = trouble
    if (trouble === 'cut') this.drop()
    else if (trouble === 'silence') for (const socket of this.#server.clients) socket.pause()
    else this.drop(trouble)
  }

  /** Connections that were swallowed are gone by then. */
  end(): void {
    this.#trouble = undefined
    for (const socket of this.#unanswered) socket.destroy()
    for (const socket of this.#server.clients) if (socket.isPaused) socket.terminate()
  }

  /** Op 7: please come back. */
  askToReconnect(): void {
    for (const session of this.#sessions.values()) send(session.socket, { op: op.reconnect, d: null })
  }

  /** Op 9: the connection has to resume or identify once more. */
  invalidate(resumable: boolean): void {
    for (const session of [...this.#sessions.values()]) {
      const { socket } = session
      session.socket = undefined
      if (socket) this.#entered.delete(socket)
      if (!resumable) this.#sessions.delete(session.id)
      send(socket, { op: op.invalidSession, d: resumable })
    }
  }

  /** As if Discord had lost what it knew: resuming will fail. */
  forgetSessions(): void {
    this.#sessions.clear()
  }

  close(): void {
    for (const socket of this.#unanswered) socket.destroy()
    for (const socket of this.#server.clients) socket.terminate()
    this.#server.close()
  }

  #greet(socket: WebSocket): void {
    const sentAt: number[] = []
    const take = (data: WebSocket.RawData): number | undefined => {
      const now = this.#parts.clock.monotonicMs()
      sentAt.push(now)
      if (sentAt.filter(at => at > now - 60_000).length > sendsPerMinute) return 4008
      if (typeof this.#trouble === 'number') return this.#trouble
      const parsed = frame.safeParse(parseJson(data))
      if (!parsed.success) return 4002
      const { op: code, d } = parsed.data
      if (code === op.heartbeat) {
        this.heartbeats += 1
        if (!this.silent) send(socket, { op: op.heartbeatAck, d: null })
        return undefined
      }
      if (code === op.identify || code === op.resume) {
        if (this.#entered.has(socket)) return 4005
        const entered = code === op.identify ? this.#identify(socket, d) : this.#resume(socket, d)
        if (typeof entered === 'number') return entered
        if (entered) this.#entered.set(socket, entered)
        return undefined
      }
      if (!this.#entered.has(socket)) return 4003
      if (code === op.presence) {
        const shown = presence.safeParse(d)
        if (!shown.success) return 4002
        this.presences.push(shown.data)
        this.#parts.world.changed()
        return undefined
      }
      return code === op.requestMembers || code === 4 ? undefined : 4001
    }
    socket.on('message', data => {
      const closeCode = take(data)
      if (closeCode !== undefined) socket.close(closeCode)
    })
    socket.on('close', () => {
      const session = this.#entered.get(socket)
      this.#entered.delete(socket)
      if (session?.socket === socket) session.socket = undefined
      this.#parts.world.changed()
    })
    socket.on('error', () => socket.terminate())
    send(socket, { op: op.hello, d: { heartbeat_interval: this.#parts.heartbeatIntervalMs } })
  }

  #identify(socket: WebSocket, d: unknown): Session | number {
    const parsed = identify.safeParse(d)
    if (!parsed.success) return 4002
    const { token, intents, shard = [0, 1], presence: shown } = parsed.data
    if (token !== this.#parts.token()) return 4004
    if ((intents & ~knownIntents) !== 0) return 4013
    if ((intents & this.#parts.disallowedIntents) !== 0) return 4014
    if (shard[0] < 0 || shard[0] >= shard[1]) return 4010
    this.identifies += 1
    if (shown) this.presences.push(shown)

    const { world, applicationId } = this.#parts
    const session: Session = { id: world.ids.next(), shard, intents, sequence: 0, events: [], socket }
    this.#sessions.set(session.id, session)
    const joined = [...world.guilds.values()].filter(guild => guild.botIsMember && isOnShard(shard, guild.id))
    this.#sendTo(session, 'READY', {
      v: 10,
      user: userJson(world.bot),
      guilds: joined.map(guild => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.#parts.url(),
      shard,
      application: { id: applicationId, flags: 0 },
    })
    for (const guild of joined) this.#sendTo(session, 'GUILD_CREATE', guildJson(guild, world))
    world.changed()
    return session
  }

  #resume(socket: WebSocket, d: unknown): Session | number | undefined {
    const parsed = resume.safeParse(d)
    if (!parsed.success) return 4002
    if (parsed.data.token !== this.#parts.token()) return 4004
    const session = this.#sessions.get(parsed.data.session_id)
    if (!session) {
      send(socket, { op: op.invalidSession, d: false })
      return undefined
    }
    if (parsed.data.seq > session.sequence) return 4007
    this.resumes += 1
    session.socket = socket
    for (const event of session.events)
      if (event.s > parsed.data.seq) send(socket, { op: op.dispatch, ...event })
    this.#sendTo(session, 'RESUMED', { _trace: [] })
    this.#parts.world.changed()
    return session
  }

  #sendTo(session: Session, t: string, d: object): void {
    session.sequence += 1
    const event = { s: session.sequence, t, d }
    session.events.push(event)
    send(session.socket, { op: op.dispatch, ...event })
  }
}

/** A paused connection is one that the network swallows. */
function send(socket: WebSocket | undefined, payload: object): void {
  if (socket?.readyState === WebSocket.OPEN && !socket.isPaused) socket.send(JSON.stringify(payload))
}

function parseJson(data: WebSocket.RawData): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    return undefined
  }
}
