/** Fan-outs: the jobs of one event, which share one card, one thread and one notice. One of their deliveries leads. */
import type { Database } from '../../db/database.ts'
import type { JobRecord } from '../../db/records/job-records.ts'
import type { DeliveryRecord } from '../../db/repositories/deliveries/deliveries.ts'
import type { JobViews } from '../views/job-views.ts'
import type { FanOut } from './courier.ts'
import { resultOf } from './delivery-status.ts'

export interface Group {
  /** The leading delivery, whose steps are the card, the thread and the notice; it may be removed and not yet replaced. */
  leadId: string
  /** The remaining jobs, in the order of the request. */
  remaining: readonly JobRecord[]
  all: readonly JobRecord[]
}

export class FanOuts {
  readonly #db: Database
  readonly #views: JobViews

  constructor(db: Database, views: JobViews) {
    this.#db = db
    this.#views = views
  }

  /** The fan-out of a delivery; undefined for a copy and for a single job. */
  groupOf({ id, jobId, platform }: Pick<DeliveryRecord, 'id' | 'jobId' | 'platform'>): Group | undefined {
    const eventId = id === jobId ? this.#db.jobs.eventOf(jobId) : undefined
    if (eventId === undefined) return undefined
    const all = this.#db.jobs.byEvent(platform, eventId)
    if (all.length < 2) return undefined
    const remaining = all.filter(({ removed }) => !removed)
    const withCard = (job: JobRecord) => this.#hasCard(job.id)
    const lead = remaining.find(withCard) ?? all.find(withCard) ?? remaining[0]
    return lead && { leadId: lead.id, remaining, all }
  }

  /** The fan-out in the couriers' view. */
  of(record: DeliveryRecord): FanOut | undefined {
    const group = this.groupOf(record)
    if (!group) return undefined
    const { leadId, remaining } = group
    const card = leadId === record.id ? undefined : this.#valueOf(leadId, 'card')
    const thread = leadId === record.id ? undefined : this.#valueOf(leadId, 'thread')
    return {
      leads: leadId === record.id,
      members: this.#views.ofRecords(remaining).map(job => {
        const delivery = this.#db.deliveries.get(job.id)
        const result = delivery && resultOf(delivery)
        return {
          job,
          ...(result ? { result } : {}),
          ...(delivery?.address === undefined ? {} : { address: delivery.address }),
        }
      }),
      ...(card === undefined ? {} : { card }),
      ...(thread === undefined ? {} : { thread }),
    }
  }

  /** Whether the delivery must wait until another one has opened the card or passed it on. */
  mustWait({ leadId, remaining }: Group, id: string): boolean {
    if (leadId === id) return false
    const isRemaining = (jobId: string) => remaining.some(job => job.id === jobId)
    if (!isRemaining(leadId)) return this.#next(leadId) !== undefined && !this.#isKept(leadId)
    if (this.#hasCard(leadId)) return this.#next(leadId) === 'open'
    const before = remaining.slice(
      0,
      remaining.findIndex(job => job.id === id),
    )
    return before.some(job => this.#next(job.id) === 'open')
  }

  /** A key that changes with the content of the card. */
  stateOf(record: DeliveryRecord): string | undefined {
    const group = this.groupOf(record)
    if (!group) return undefined
    const states = group.remaining.map(({ id, state }) => [id, state, this.#db.deliveries.get(id)?.end])
    return JSON.stringify([group.leadId, states])
  }

  /** Inside a transaction: requests an update of the card, and returns the delivery that makes it. */
  redraw(record: DeliveryRecord, now: number): string | undefined {
    const group = this.groupOf(record)
    if (!group?.remaining.some(({ id }) => id === group.leadId)) return undefined
    this.#db.outbox.add(group.leadId, 'close', now)
    return group.leadId
  }

  /** Inside a transaction: passes the shared steps of a removed delivery to the next remaining one. */
  passOn(record: DeliveryRecord, steps: readonly string[]): void {
    const group = this.groupOf(record)
    const successor = group?.remaining[0]
    if (!successor || group.remaining.some(({ id }) => id === record.id || this.#hasCard(id))) return
    for (const name of steps) {
      const step = this.#db.deliverySteps.get(record.id, name)
      if (step?.state !== 'done' || this.#db.deliverySteps.get(successor.id, name)) continue
      this.#db.deliverySteps.drop(record.id, name)
      this.#db.deliverySteps.put(successor.id, step)
    }
  }

  #hasCard(id: string): boolean {
    return this.#valueOf(id, 'card') !== undefined
  }

  #valueOf(id: string, name: string): string | undefined {
    const step = this.#db.deliverySteps.get(id, name)
    return step?.state === 'done' ? step.value : undefined
  }

  #next(id: string) {
    return this.#db.outbox.next(id)?.kind
  }

  #isKept(id: string): boolean {
    return this.#db.deliveries.get(id)?.end === 'kept'
  }
}
