/** A platform that remembers what it was told, posts each job once whatever happens, and fails when a test says so. */
import type { Address, Courier, Delivery } from '../../src/app/courier.ts'
import type { Platform } from '../../src/app/people.ts'
import type { JobView } from '../../src/app/views.ts'

export interface CourierCall {
  kind: 'open' | 'progress' | 'settle' | 'withdraw'
  jobId: string
  job: JobView
}

/** A message as people see it. */
export interface ShownMessage {
  job: JobView
  /** How often it was posted: more than once is a defect. */
  posts: number
}

type Fault = (call: CourierCall) => Error | undefined

export class FakeCourier implements Courier {
  readonly platform: Platform
  readonly progressIntervalMs: number
  readonly calls: CourierCall[] = []
  /** What each opened job was said to descend from. */
  readonly parents: (Address | undefined)[] = []
  readonly messages = new Map<string, ShownMessage>()
  /** Thrown before a call has any effect: the platform never heard of it. */
  failBefore: Fault = () => undefined
  /** Thrown after the effect: the platform did it, and we do not know. */
  failAfter: Fault = () => undefined
  /** Jobs whose message, thread or channel is no more. */
  readonly gone = new Set<string>()
  /** Awaited inside every call. */
  gate: Promise<void> = Promise.resolve()

  constructor(platform: Platform = 'web', progressIntervalMs = 2000) {
    this.platform = platform
    this.progressIntervalMs = progressIntervalMs
  }

  open(job: JobView, parent?: Address): Promise<Delivery> {
    this.parents.push(parent)
    return this.#call('open', job, () => {
      // The job's id is the nonce: a second post of it shows nothing new.
      if (!this.messages.has(job.id)) this.messages.set(job.id, { job, posts: 1 })
    })
  }

  async progress(_address: string, job: JobView): Promise<void> {
    await this.#call('progress', job, () => this.#edit(job))
  }

  settle(_address: string, job: JobView): Promise<Delivery> {
    return this.#call('settle', job, () => this.#edit(job))
  }

  withdraw(_address: string, job: JobView): Promise<Delivery> {
    return this.#call('withdraw', job, () => this.messages.delete(job.id))
  }

  kindsFor(jobId: string): string[] {
    return this.calls.filter(call => call.jobId === jobId).map(call => call.kind)
  }

  #edit(job: JobView): void {
    const message = this.messages.get(job.id)
    if (message) message.job = job
  }

  async #call(kind: CourierCall['kind'], job: JobView, effect: () => void): Promise<Delivery> {
    const call = { kind, jobId: job.id, job }
    this.calls.push(call)
    await this.gate
    const before = this.failBefore(call)
    if (before) throw before
    if (this.gone.has(job.id)) return { kind: 'gone', reason: 'deleted' }
    effect()
    const after = this.failAfter(call)
    if (after) throw after
    return { kind: 'delivered', address: JSON.stringify({ message: job.id }) }
  }
}
