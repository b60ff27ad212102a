/** Ephemeral messages: reach a job's author for a limited time where Easel cannot post in the conversation. */
import type { LRUCache } from 'lru-cache'
import type { Clock } from '../../../system/ports.ts'
import { timedCache } from '../../timed-cache.ts'
import type { Payload } from './render.ts'

/** A response URL is valid for 30 minutes (docs.slack.dev: handling user interaction). */
const ttlMs = 29 * 60_000
const maxRemembered = 10_000

/** A reply to one person. */
export interface Reply extends Payload {
  /** The jobs whose texts it shows. */
  jobIds?: readonly string[]
}

export type SendEphemeral = (reply: Reply) => Promise<void>

/** `unopened`: the job could not be shown at all. `incomplete`: what shows it could not be brought to its end. */
export type Occasion = 'unopened' | 'incomplete'

export type SendToRequester = (reply: Reply, occasion: Occasion) => Promise<void>

export class EphemeralMessages {
  readonly #byJob: LRUCache<string, SendToRequester>

  constructor(clock: Clock) {
    this.#byJob = timedCache(clock, { max: maxRemembered, ttlMs })
  }

  /** Keeps the first function of a job: when Slack redelivers an event, the jobs of the request were already reported together. */
  remember(jobId: string, send: SendToRequester): void {
    if (!this.#byJob.has(jobId)) this.#byJob.set(jobId, send)
  }

  /** Sends once per job; does nothing if no requester is known. */
  async send(jobId: string, payload: Payload, occasion: Occasion): Promise<void> {
    const send = this.#byJob.get(jobId)
    this.#byJob.delete(jobId)
    await send?.(payload, occasion)
  }
}
