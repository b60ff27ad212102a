/**
 * Mailboxes over BullMQ's queues: everybody can post into the mailbox of a peer, and only that peer reads it. An entry of the queue
 * holds several messages. BullMQ's data is JSON, so a large message is a separate value in Redis, and the entry holds its number.
 */
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { openValueConnection } from '../redis/value-connection.ts'
import { frameBytes } from './frames.ts'

/** If a receiver vanishes while it processes an entry, BullMQ delivers the entry again after this time. */
const lockMs = 5000
/** The pause after a connection error. */
const retryPauseMs = 250
/** The maximum length of BullMQ's event stream, which nobody reads. */
const maxEvents = 10
/** Larger messages are separate values. Up to about this size, base64 in JSON costs less than two more commands. */
const largeBytes = 32 * 1024
/** The lifetime of a large message that nobody reads. A channel to a peer that is silent for this time was given up before. */
const largeLifetimeMs = 60_000
/** A frame with its seal and the framing of Redis's reply. */
const largestReplyBytes = frameBytes + 4096

export interface MailboxOptions {
  redis: Redis
  /** The prefix of all keys in Redis. */
  prefix: string
}

/** The messages in their order: a small one as base64, a large one as its number among those of the poster. */
const entry = z.object({
  poster: z.string(),
  messages: z.array(z.union([z.string(), z.number().int().min(0)])),
})
type Entry = z.infer<typeof entry>

const nameOf = (peer: string) => `to-${peer}`

/** The form is fixed, so a forged entry cannot name any other key. */
const keyOf = (prefix: string, peer: string, poster: string, number: number) =>
  `${prefix}:large:${peer}:${poster}:${number}`

/** The same bytes, without a copy. */
const bufferOver = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length)

/** Posts to one peer. */
export class MailboxSender {
  readonly #options: MailboxOptions
  readonly #peer: string
  readonly #poster: string
  readonly #queue: Queue<Entry>
  #largePosted = 0

  /** `poster`: an id that no other sender to this peer has. */
  constructor(options: MailboxOptions, peer: string, poster: string, onError: (error: Error) => void) {
    this.#options = options
    this.#peer = peer
    this.#poster = poster
    this.#queue = new Queue<Entry>(nameOf(peer), {
      connection: options.redis,
      prefix: options.prefix,
      streams: { events: { maxLen: maxEvents } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    })
    this.#queue.on('error', onError)
  }

  /** Rejects if Redis refuses, for example because it is full. After a lost connection the messages may be stored nevertheless. */
  async post(messages: readonly Uint8Array[]): Promise<void> {
    const large = new Map<string, Uint8Array>()
    const placed = messages.map(bytes => {
      if (bytes.length <= largeBytes) return bufferOver(bytes).toString('base64')
      const number = this.#largePosted
      this.#largePosted += 1
      large.set(keyOf(this.#options.prefix, this.#peer, this.#poster, number), bytes)
      return number
    })
    const { redis } = this.#options
    try {
      // One connection keeps the order of commands, so the large messages are stored before their entry.
      await Promise.all([
        ...[...large].map(([key, bytes]) => redis.set(key, bufferOver(bytes), 'PX', largeLifetimeMs)),
        this.#queue.add('messages', { poster: this.#poster, messages: placed }),
      ])
    } catch (error) {
      // The next try has other numbers, and values that stay here would take the space of a full Redis.
      if (large.size > 0) void redis.del(...large.keys()).catch(() => {})
      throw error
    }
  }

  /** Removes the mailbox of a peer that is gone. */
  async remove(): Promise<void> {
    await this.#queue.obliterate({ force: true })
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }
}

/** Reads the own mailbox. A message may arrive twice and out of order. Its bytes are valid during the call of `receive`. */
export class MailboxReader {
  readonly #options: MailboxOptions
  readonly #peer: string
  readonly #receive: (bytes: Uint8Array) => void
  readonly #worker: Worker<unknown>
  /** The connection for large messages. */
  readonly #values: Redis

  constructor(
    options: MailboxOptions,
    peer: string,
    receive: (bytes: Uint8Array) => void,
    onError: (error: Error) => void,
  ) {
    this.#options = options
    this.#peer = peer
    this.#receive = receive
    this.#values = openValueConnection(options.redis, largestReplyBytes, onError)
    this.#worker = new Worker<unknown>(nameOf(peer), ({ data }) => this.#read(data), {
      connection: options.redis,
      prefix: options.prefix,
      concurrency: 1,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      // A repeated delivery is not a failure of the entry.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: retryPauseMs,
    })
    this.#worker.on('error', onError)
  }

  /** Resolves when the connection is released, without waiting for an entry that is being received. */
  async close(): Promise<void> {
    await this.#worker.close(true)
    this.#values.disconnect()
  }

  async #read(data: unknown): Promise<void> {
    const { success, data: read } = entry.safeParse(data)
    if (!success) return
    const { redis, prefix } = this.#options
    const keys: string[] = []
    for (const message of read.messages) {
      if (typeof message === 'string') {
        this.#receive(Buffer.from(message, 'base64'))
        continue
      }
      const key = keyOf(prefix, this.#peer, read.poster, message)
      const bytes = await this.#values.getBuffer(key)
      if (!bytes) continue
      keys.push(key)
      this.#receive(bytes)
    }
    // A repetition of a received entry is not needed. A value that is not deleted expires.
    if (keys.length > 0) void redis.del(...keys).catch(() => {})
  }
}
