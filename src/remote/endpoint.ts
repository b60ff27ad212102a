/** The common part of gateways and machines: a mailbox, channels by session, and messages to the peers of these channels. */
import type { Redis } from 'ioredis'
import type { WorkerEndCode } from '../errors/worker-end.ts'
import type { Clock, Logger } from '../system/ports.ts'
import { BatchSender } from './messages/batch-sender.ts'
import { MailboxReader, MailboxSender } from './messages/mailbox.ts'
import { type LinkProgress, RemoteLink } from './messages/remote-link.ts'
import { open, type SealHeader } from './seal/seal.ts'
import type { SealingKeys } from './seal/sealing-keys.ts'
import type { ReportStore } from './store/store-pause.ts'
import type { SharedStore } from './store/stored-messages.ts'

export interface EndpointOptions {
  redis: Redis
  prefix: string
  keys: SealingKeys
  clock: Clock
  log: Logger
  /** The store for large messages to gateways that use the same one. Without it they travel through Redis. */
  store?: SharedStore
  onStore?: ReportStore
  /** Called at each error of a connection or a command. */
  onRedisError?: () => void
  /** The id of this gateway or machine: unguessable, and new at each start. */
  id: string
}

export interface ChannelEvents {
  onMessage(message: unknown): void
  onLost(reason: WorkerEndCode): void
}

/** Called with the first message of an unknown channel. `deliverAgain` delivers it once the channel is open. */
export type OnUnknown = (header: SealHeader, deliverAgain: () => void) => void

export class Endpoint {
  readonly #options: EndpointOptions
  #mailbox: MailboxReader | undefined
  readonly #senders = new Map<string, { sender: MailboxSender; batches: BatchSender }>()
  readonly #links = new Map<string, RemoteLink>()
  readonly #onUnknown: OnUnknown
  readonly #refused = new Set<string>()

  constructor(options: EndpointOptions, onUnknown: OnUnknown = () => {}) {
    this.#options = options
    this.#onUnknown = onUnknown
  }

  /** Begins to read the own mailbox. An endpoint without channels needs none. */
  listen(): void {
    this.#mailbox = new MailboxReader(
      this.#options,
      this.#options.id,
      bytes => this.#receive(bytes),
      this.onError,
    )
  }

  /** Logs for debugging only: a connection reports every failed attempt. */
  readonly onError = (error: unknown): void => {
    const problem = error instanceof Error ? error.message : String(error)
    this.#options.log.debug({ problem }, 'Redis')
    this.#options.onRedisError?.()
  }

  /** Opens this side of a channel. The first message that is sent opens the other side. */
  connect(peerId: string, session: string, events: ChannelEvents): RemoteLink {
    const { keys, clock, id } = this.#options
    const link = new RemoteLink({
      keys,
      clock,
      ownId: id,
      peerId,
      session,
      batches: this.#senderTo(peerId).batches,
      onMessage: message => events.onMessage(message),
      onLost: reason => events.onLost(reason),
    })
    this.#links.set(session, link)
    return link
  }

  /** Closes this side of a channel. Later messages of its session count as unknown. */
  disconnect(session: string): void {
    this.#links.get(session)?.close()
    this.#links.delete(session)
  }

  links(): RemoteLink[] {
    return [...this.#links.values()]
  }

  /** The progress of each channel by session, as it is published in the own record. */
  progress(): Record<string, LinkProgress> {
    return Object.fromEntries(this.links().map(link => [link.session, link.progress]))
  }

  /** Removes the messages that wait for a peer that is gone. */
  async forget(peerId: string): Promise<void> {
    const { sender, batches } = this.#senderTo(peerId)
    this.#senders.delete(peerId)
    batches.close()
    try {
      await sender.remove()
      await sender.close()
    } catch (error) {
      this.onError(error)
    }
  }

  /** Closes all channels and the connections of the mailboxes. The own mailbox is removed if Redis can be reached. */
  async close(): Promise<void> {
    for (const link of this.links()) this.disconnect(link.session)
    if (this.#mailbox) {
      await this.#mailbox.close()
      if (this.#options.redis.status === 'ready') await this.forget(this.#options.id)
    }
    for (const { sender, batches } of this.#senders.values()) {
      batches.close()
      await sender.close()
    }
  }

  #senderTo(peerId: string) {
    const known = this.#senders.get(peerId)
    if (known) return known
    const { clock, id } = this.#options
    const sender = new MailboxSender(this.#options, peerId, id, this.onError)
    const batches = new BatchSender({ clock, post: sealed => sender.post(sealed), onError: this.onError })
    const created = { sender, batches }
    this.#senders.set(peerId, created)
    return created
  }

  /** Drops every message that does not come from the channel's own peer. */
  #receive(bytes: Uint8Array): void {
    const opened = open(this.#options.keys, bytes)
    if (opened.kind === 'refused') this.#refuse(opened.why)
    else if (opened.header.receiver !== this.#options.id) this.#refuse('forged')
    else this.#deliver(opened.header, opened.plain)
  }

  #deliver(header: SealHeader, plain: Uint8Array): void {
    if (!this.#links.has(header.session)) this.#onUnknown(header, () => this.#deliver(header, plain))
    const link = this.#links.get(header.session)
    if (link?.peerId === header.sender) link.receive(header.sequence, plain)
  }

  /** Logs a reason once: whoever may write to Redis may send any number of such messages. */
  #refuse(why: string): void {
    if (this.#refused.has(why)) return
    this.#refused.add(why)
    this.#options.log.warn(
      { why },
      'a message on Redis was refused; the next ones for this reason are not logged',
    )
  }
}
