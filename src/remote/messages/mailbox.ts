/** BullMQ's queues as mailboxes: everybody posts into the mailbox of a peer, and the peer alone empties it. */
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** A receiver that vanished with a message in its hands: the message is given out again after this time. */
const lockMs = 5000
/** After an error of the connection. */
const retryPauseMs = 250
/** BullMQ's own events, which nobody reads here. */
const eventsKept = 10

export interface MailboxOptions {
  redis: Redis
  /** What the keys in Redis begin with. */
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

  /** Rejects where Redis refuses, as when it is full. Messages of a call that was cut off may be there already. */
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

/** Empties the own mailbox. A message may come twice and out of order: the reader sorts that out. */
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
        // What was given out again is not the message's fault.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: retryPauseMs,
      },
    )
    this.#worker.on('error', onError)
  }

  /** Resolves when the connection is given back; what is being received now is not waited for. */
  async close(): Promise<void> {
    await this.#worker.close(true)
  }
}
