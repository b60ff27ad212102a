/**
 * Mailboxes over BullMQ's queues: everybody can post into the mailbox of a peer, and only that peer reads it. An entry of the queue
 * has several messages. BullMQ's data is JSON, so a large message lies beside the queue as bytes, and its entry has the place.
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
/** The length of BullMQ's event stream, which is not read here. */
const eventsKept = 10
/** Base64 in JSON costs less than two commands more up to about this size. */
const largeBytes = 32 * 1024
/** Redis removes large messages that nobody reads. A channel to a peer that is silent for so long was given up before. */
const keptMs = 60_000
/** A frame, its seal, and what Redis says before and after it. */
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

/** A stranger who posts an entry can name only a key of this form. */
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
      streams: { events: { maxLen: eventsKept } },
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
      // One connection keeps their order: nobody reads the entry before what it names is there.
      await Promise.all([
        ...[...large].map(([key, bytes]) => redis.set(key, bufferOver(bytes), 'PX', keptMs)),
        this.#queue.add('messages', { poster: this.#poster, messages: placed }),
      ])
    } catch (error) {
      // The next try has numbers of its own. What stays here would fill a Redis that is full already.
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

/**
 * Reads the own mailbox. A message may arrive twice and out of order, which the receiver corrects. Its bytes are valid during the call
 * of `receive`.
 */
export class MailboxReader {
  readonly #options: MailboxOptions
  readonly #peer: string
  readonly #receive: (bytes: Uint8Array) => void
  readonly #worker: Worker<unknown>
  /** Large messages come over a connection of their own. */
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
    // After an entry is received a repetition of it is not needed. What is not deleted expires.
    if (keys.length > 0) void redis.del(...keys).catch(() => {})
  }
}
