/** Mailboxes over BullMQ's queues: everybody can post into the mailbox of a peer, and only that peer reads it. */
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** If a receiver vanishes while it processes a message, BullMQ delivers the message again after this time. */
const lockMs = 5000
/** The pause after a connection error. */
const retryPauseMs = 250
/** The length of BullMQ's event stream, which is not read here. */
const eventsKept = 10

export interface MailboxOptions {
  redis: Redis
  /** The prefix of all keys in Redis. */
  prefix: string
}

const nameOf = (peer: string) => `to-${peer}`

/** Posts to one peer. */
export class Outbox {
  readonly #queue: Queue<string>

  constructor({ redis, prefix }: MailboxOptions, peer: string, onError: (error: Error) => void) {
    this.#queue = new Queue<string>(nameOf(peer), {
      connection: redis,
      prefix,
      streams: { events: { maxLen: eventsKept } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    })
    this.#queue.on('error', onError)
  }

  /** Rejects if Redis refuses, for example because it is full. After a lost connection the messages may be stored nevertheless. */
  async post(messages: readonly Uint8Array[]): Promise<void> {
    const jobs = messages.map(bytes => ({ name: 'message', data: Buffer.from(bytes).toString('base64') }))
    await this.#queue.addBulk(jobs)
  }

  /** Removes the mailbox of a peer that is gone. */
  async remove(): Promise<void> {
    await this.#queue.obliterate({ force: true })
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }
}

/** Reads the own mailbox. A message may arrive twice and out of order, which the receiver corrects. */
export class Inbox {
  readonly #worker: Worker<string>

  constructor(
    { redis, prefix }: MailboxOptions,
    peer: string,
    receive: (bytes: Uint8Array) => void,
    onError: (error: Error) => void,
  ) {
    this.#worker = new Worker<string>(
      nameOf(peer),
      async ({ data }) => {
        if (typeof data === 'string') receive(Buffer.from(data, 'base64'))
      },
      {
        connection: redis,
        prefix,
        concurrency: 1,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        // A repeated delivery is not a failure of the message.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: retryPauseMs,
      },
    )
    this.#worker.on('error', onError)
  }

  /** Resolves when the connection is released, without waiting for a message that is being received. */
  async close(): Promise<void> {
    await this.#worker.close(true)
  }
}
