/** A platform that remembers what it was told, posts each job once whatever happens, and fails when a test says so. */
import type {
  Address,
  Closed,
  Courier,
  Delivery,
  DeliveryMethod,
  DeliveryMethodName,
  DeliveryResult,
  MethodOutcome,
  StepRecord,
} from '../../src/app/delivery/courier.ts'
import type { Platform } from '../../src/app/people/people.ts'
import type { JobView } from '../../src/app/views/views.ts'

export interface CourierCall {
  kind: 'open' | 'progress' | 'settle' | 'tell' | 'close' | 'withdraw'
  jobId: string
  job: JobView
  /** By which method, of those that have any. */
  method?: DeliveryMethodName
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
  readonly opensWithState = true
  readonly calls: CourierCall[] = []
  /** What each opened job was said to descend from. */
  readonly parents: (Address | undefined)[] = []
  /** By the id of the delivery. */
  readonly messages = new Map<string, ShownMessage>()
  /** How results can go, best first. */
  resultNames: readonly DeliveryMethodName[] = ['edit']
  /** Thrown before a call has any effect: the platform never heard of it. */
  failBefore: Fault = () => undefined
  /** Thrown after the effect: the platform did it, and we do not know. */
  failAfter: Fault = () => undefined
  /** The platform says no. */
  refuse: (call: CourierCall) => Closed | undefined = () => undefined
  /** The platform takes its time, in milliseconds. */
  later: (call: CourierCall) => number | undefined = () => undefined
  /** Awaited inside every call. */
  gate: Promise<void> = Promise.resolve()
  /** The jobs that somebody was told of, each time. */
  readonly told: string[] = []
  /** How each result arrived, or that it did not. */
  readonly closed = new Map<string, DeliveryResult>()

  constructor(platform: Platform = 'web', progressIntervalMs = 2000) {
    this.platform = platform
    this.progressIntervalMs = progressIntervalMs
  }

  openingMethods(delivery: Delivery): DeliveryMethod[] {
    const { id, job, steps, parent } = delivery
    this.parents.push(parent)
    const post = async (begin: () => Promise<void>): Promise<{ kind: 'done'; value: string }> => {
      await begin()
      const outcome = await this.#call({ kind: 'open', jobId: job.id, job, method: 'place' }, () => {
        // The delivery's id is the nonce: a second post of it shows nothing new.
        if (!this.messages.has(id)) this.messages.set(id, { job, posts: 1 })
      })
      if (outcome.kind !== 'arrived') throw new Error('use `refuse` for results')
      return { kind: 'done', value: id }
    }
    return [
      {
        name: 'place',
        async attempt() {
          const posted = await steps.once('message', post, { makes: 'message' })
          return { kind: 'arrived', address: posted.kind === 'done' ? posted.value : '' }
        },
      },
    ]
  }

  async progress({ id, job }: Delivery, _at: Address): Promise<void> {
    await this.#call({ kind: 'progress', jobId: job.id, job }, () => this.#edit(id, job))
  }

  resultMethods({ id, job }: Delivery): DeliveryMethod[] {
    return this.resultNames.map(name => ({
      name,
      attempt: () =>
        this.#call({ kind: 'settle', jobId: job.id, job, method: name }, () => {
          if (name !== 'edit') this.messages.set(id, { job, posts: 1 })
          this.#edit(id, job)
        }),
    }))
  }

  async notify({ job, steps }: Delivery): Promise<void> {
    await steps.once('told', async begin => {
      await begin()
      await this.#call({ kind: 'tell', jobId: job.id, job }, () => this.told.push(job.id))
      return { kind: 'done', value: '' }
    })
  }

  async close({ id, job }: Delivery, result: DeliveryResult): Promise<Closed | undefined> {
    const outcome = await this.#call({ kind: 'close', jobId: job.id, job }, () => this.closed.set(id, result))
    return outcome.kind === 'closed' ? outcome : undefined
  }

  async remove({ id, job }: Delivery, _step: StepRecord): Promise<{ kind: 'removed' } | Closed> {
    const outcome = await this.#call({ kind: 'withdraw', jobId: job.id, job }, () => this.messages.delete(id))
    return outcome.kind === 'closed' ? outcome : { kind: 'removed' }
  }

  /** What was asked of it for a job, without the last word on what else stands there. */
  kindsFor(jobId: string): string[] {
    return this.calls
      .filter(call => call.jobId === jobId && call.kind !== 'close')
      .map(call =>
        call.method && call.method !== 'edit' && call.kind === 'settle' ? call.method : call.kind,
      )
  }

  #edit(id: string, job: JobView): void {
    const message = this.messages.get(id)
    if (message) message.job = job
  }

  async #call(call: CourierCall, effect: () => void): Promise<MethodOutcome> {
    this.calls.push(call)
    await this.gate
    const before = this.failBefore(call)
    if (before) throw before
    const afterMs = this.later(call)
    if (afterMs !== undefined) return { kind: 'later', afterMs }
    const refused = this.refuse(call)
    if (refused) return refused
    effect()
    const after = this.failAfter(call)
    if (after) throw after
    return { kind: 'arrived', address: JSON.stringify({ message: call.jobId }) }
  }
}
