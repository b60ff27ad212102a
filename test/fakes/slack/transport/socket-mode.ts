/** Socket Mode of the fake Slack, over real WebSockets: tickets, hello, envelopes, acks, disconnects. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Clock } from '../../../../src/system/ports.ts'
import { ackLimitMs, type Delivered, type Envelope, type Transport } from './transport.ts'

// Up to ten connections per app (docs.slack.dev/apis/events-api/using-socket-mode).
const maxSockets = 10
const ackSchema = z.strictObject({ envelope_id: z.string(), payload: z.unknown().optional() })

interface Pending {
  socket: WebSocket
  sentAtMs: number
  settle(delivered: Delivered): void
}

export class SocketMode implements Transport {
  readonly #clock: Clock
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #sockets: WebSocket[] = []
  readonly #tickets = new Set<string>()
  readonly #pending = new Map<string, Pending>()
  readonly #waiters: { count: number; resolve: () => void }[] = []
  readonly #unanswered: Duplex[] = []
  #isSilent = false
  #next = 0
  #envelopes = 0
  /** Connections ever opened. */
  opened = 0
  /** Acks for envelopes that were not waiting: a second ack, or one of our own imagination. */
  strayAcks = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get open(): number {
    return this.#sockets.length
  }

  /** A ticket for one connection, as apps.connections.open gives it. */
  ticket(): string {
    const ticket = `ticket-${this.#tickets.size}-${this.opened}-${this.#envelopes}`
    this.#tickets.add(ticket)
    return ticket
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#isSilent) {
      this.#unanswered.push(socket)
      return
    }
    const ticket = new URL(request.url ?? '/', 'http://fake').searchParams.get('ticket') ?? ''
    if (!this.#tickets.delete(ticket) || this.#sockets.length >= maxSockets) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, connection => this.#accept(connection))
  }

  #accept(connection: WebSocket): void {
    this.#sockets.push(connection)
    this.opened += 1
    connection.on('message', data => this.#ack(data.toString()))
    connection.on('close', () => this.#closed(connection))
    connection.on('error', () => connection.terminate())
    connection.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#sockets.length,
        debug_info: { host: 'fake', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: 'A00000001' },
      }),
    )
    this.#wake()
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#sockets.length >= waiter.count) waiter.resolve()
      else this.#waiters.push(waiter)
    }
  }

  #closed(connection: WebSocket): void {
    const at = this.#sockets.indexOf(connection)
    if (at >= 0) this.#sockets.splice(at, 1)
    for (const [id, pending] of this.#pending) {
      if (pending.socket !== connection) continue
      this.#pending.delete(id)
      pending.settle({ kind: 'lost' })
    }
  }

  #ack(text: string): void {
    const ack = ackSchema.parse(JSON.parse(text))
    const pending = this.#pending.get(ack.envelope_id)
    if (pending === undefined) {
      this.strayAcks += 1
      return
    }
    this.#pending.delete(ack.envelope_id)
    const afterMs = this.#clock.monotonicMs() - pending.sentAtMs
    pending.settle({ kind: 'acked', body: ack.payload, afterMs })
  }

  /** Resolves when so many connections are open. */
  whenOpen(count: number): Promise<void> {
    if (this.#sockets.length >= count) return Promise.resolve()
    return new Promise(resolve => this.#waiters.push({ count, resolve }))
  }

  /** Sends to one of the sockets; waits for one where there is none. */
  async deliver(envelope: Envelope): Promise<Delivered> {
    await this.whenOpen(1)
    const socket = this.#sockets[this.#next++ % this.#sockets.length]
    if (socket === undefined) return { kind: 'lost' }
    const id = `envelope-${++this.#envelopes}`
    return new Promise(resolve => {
      const stopTimer = this.#clock.after(ackLimitMs, () => {
        this.#pending.delete(id)
        resolve({ kind: 'timeout' })
      })
      this.#pending.set(id, {
        socket,
        sentAtMs: this.#clock.monotonicMs(),
        settle: delivered => {
          stopTimer()
          resolve(delivered)
        },
      })
      socket.send(
        JSON.stringify({
          envelope_id: id,
          type: envelope.type,
          payload: envelope.payload,
          accepts_response_payload: envelope.acceptsResponse,
          ...(envelope.type === 'events_api'
            ? { retry_attempt: envelope.retry?.attempt ?? 0, retry_reason: envelope.retry?.reason ?? '' }
            : {}),
        }),
      )
    })
  }

  /** Slack says goodbye in advance, as it does every few hours. */
  refresh(reason: 'warning' | 'refresh_requested' | 'link_disabled' = 'refresh_requested'): void {
    for (const socket of this.#sockets)
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: {} }))
  }

  /** Cuts a connection without a word. */
  cut(index: number): void {
    this.#sockets[index]?.terminate()
  }

  cutAll(): void {
    for (const socket of [...this.#sockets]) socket.terminate()
  }

  /** The network swallows everything: open connections stand and hear nothing, and none is taken. */
  silence(): () => void {
    this.#isSilent = true
    for (const socket of this.#sockets) socket.pause()
    return () => {
      this.#isSilent = false
      for (const socket of this.#unanswered.splice(0)) socket.destroy()
      this.cutAll()
    }
  }

  stop(): void {
    for (const socket of this.#unanswered.splice(0)) socket.destroy()
    this.cutAll()
    this.#server.close()
  }
}
