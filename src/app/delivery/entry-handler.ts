/** Handles each kind of outbox entry, and records its outcome in one transaction. */
import { dayMs } from '../../common/durations.ts'
import type { DeliveryRecord } from '../../db/repositories/deliveries/deliveries.ts'
import type { OutboxEntry } from '../../db/repositories/deliveries/outbox.ts'
import type { Clock, Random } from '../../system/ports.ts'
import { isOpenThere } from '../access/visible.ts'
import { isSamePerson } from '../people/people.ts'
import type { JobViews } from '../views/job-views.ts'
import type { JobView } from '../views/views.ts'
import type { Courier, Delivery } from './courier.ts'
import { tryInOrder } from './delivery-methods.ts'
import { resultOf } from './delivery-status.ts'
import { type EndNoticeParts, sendEndNotice } from './end-notice.ts'
import { FanOuts, type Group } from './fan-outs.ts'
import { RefusalRetries } from './refusal-retries.ts'
import { removeSteps } from './remove-steps.ts'
import { type StepStorage, stepsIn } from './steps.ts'
import type { WorkOutcome } from './work-queue.ts'

/** A delivery that has failed for this time is given up, whatever the number of tries. */
const giveUpAfterMs = 3 * dayMs
/** The interval and the maximum duration of retries for refused deletions. */
const deletionRetryMs = dayMs
const deletionRetryLimitMs = 30 * dayMs
/** The number of tries after an unexpected fault, which may be temporary. */
const maxFaultTries = 3

export interface EntryHandlerParts extends EndNoticeParts {
  views: JobViews
  clock: Clock
  random: Random
}

/** `shown`: the job's state that is visible now; `unshown`: a state that is not visible yet. `wakes`: deliveries with new work. */
interface Handled {
  outcome: WorkOutcome
  wakes?: readonly string[]
  shown?: JobView
  unshown?: JobView
}

export class EntryHandler {
  readonly #parts: EntryHandlerParts
  readonly #fanOuts: FanOuts
  readonly #retries: RefusalRetries

  constructor(parts: EntryHandlerParts) {
    this.#parts = parts
    this.#fanOuts = new FanOuts(parts.db, parts.views)
    this.#retries = new RefusalRetries(parts.random)
  }

  /**
   * Handles one entry. Throws a retryable fault. `faults`: the number of consecutive faults before. `read`: the job, if it was just
   * read.
   */
  async handle(
    courier: Courier,
    record: DeliveryRecord,
    entry: OutboxEntry,
    faults: number,
    read?: JobView,
  ): Promise<Handled> {
    const view = read && !record.isJobRemoved ? read : this.#parts.views.includingRemoved(record.jobId)
    if (!view) return this.#drop(record, entry)
    const delivery = this.#deliveryOf(record, courier, view)
    switch (entry.kind) {
      case 'open':
        return this.#open(courier, delivery, record, entry, faults)
      case 'settle':
        return this.#settle(courier, delivery, record, entry, faults)
      case 'close':
        return this.#close(courier, delivery, record, entry)
      case 'withdraw':
      case 'erase':
        return this.#remove(courier, delivery, record, entry)
    }
  }

  /**
   * The delivery for its courier; undefined if its job is gone. `known`: an earlier view of the job, which saves a read while the
   * job is open.
   */
  deliveryOf(record: DeliveryRecord, courier: Courier, known?: JobView): Delivery | undefined {
    const view =
      (known && this.#parts.views.refresh(known)) ?? this.#parts.views.includingRemoved(record.jobId)
    return view && this.#deliveryOf(record, courier, view)
  }

  #deliveryOf(record: DeliveryRecord, courier: Courier, view: JobView): Delivery {
    const job = record.conversation ? { ...view, conversation: record.conversation } : view
    const parent = this.#parentOf(job)
    const fanOut = courier.sharedSteps && this.#fanOuts.of(record)
    return {
      id: record.id,
      job,
      recipient: record.recipient,
      isCopy: record.conversation !== undefined,
      ...(record.address === undefined ? {} : { address: record.address }),
      ...(parent === undefined ? {} : { parent }),
      ...(fanOut === undefined ? {} : { fanOut }),
      steps: stepsIn(this.#stepsOf(record.id), () => this.#parts.clock.now()),
    }
  }

  /** Drops the entries of a job whose record is gone or unreadable. */
  async #drop({ jobId }: DeliveryRecord, entry: OutboxEntry): Promise<Handled> {
    const { db } = this.#parts
    await db.write(() => {
      db.outbox.remove(entry.id)
      if (entry.kind === 'erase') this.#purge(jobId)
    })
    return { outcome: 'more' }
  }

  async #open(
    courier: Courier,
    delivery: Delivery,
    record: DeliveryRecord,
    entry: OutboxEntry,
    faults: number,
  ): Promise<Handled> {
    const { db, log } = this.#parts
    const { id, job } = delivery
    const group = delivery.fanOut && this.#fanOuts.groupOf(record)
    // The awaited delivery wakes the others.
    if (group && this.#fanOuts.mustWait(group, id)) return { outcome: 'idle' }
    const tried = await tryInOrder(courier.openingMethods(delivery), this.#context(delivery, entry, faults))
    if (tried.kind === 'later') return { outcome: { pauseMs: tried.afterMs } }
    if (tried.kind === 'none') {
      log.warn({ jobId: job.id, refusals: tried.refusals }, 'a job could not be shown where it was asked for')
      await courier.onUnopened?.(delivery, tried.refusals)
    }
    await db.write(() => {
      if (tried.kind === 'arrived') db.deliveries.setAddress(id, tried.address)
      db.deliverySteps.dropClosed(id)
      db.outbox.remove(entry.id)
    })
    return {
      outcome: 'more',
      ...(tried.kind === 'arrived' && { [courier.opensWithState ? 'shown' : 'unshown']: job }),
      ...(group ? { wakes: othersIn(group, id) } : {}),
    }
  }

  async #settle(
    courier: Courier,
    delivery: Delivery,
    record: DeliveryRecord,
    entry: OutboxEntry,
    faults: number,
  ): Promise<Handled> {
    const { db, clock, log } = this.#parts
    const { id, job } = delivery
    const tried = await tryInOrder(courier.resultMethods(delivery), this.#context(delivery, entry, faults))
    if (tried.kind === 'later') return { outcome: { pauseMs: tried.afterMs } }
    if (tried.kind === 'none')
      log.error({ jobId: job.id, delivery: id, refusals: tried.refusals }, 'a result could not be delivered')
    const leadId = await db.write(() => {
      if (tried.kind === 'arrived') db.deliveries.arrive(id, tried, clock.now())
      // A copy for the author: the job is shown to its author now, even if it could not be in its own conversation.
      if (tried.kind === 'arrived' && id !== job.id && isSamePerson(delivery.recipient, job.author))
        db.deliveries.recordShownLater(job.id)
      if (tried.kind === 'none') db.deliveries.setEnd(id, 'undeliverable', tried.refusals, clock.now())
      db.deliverySteps.dropClosed(id)
      db.outbox.remove(entry.id)
      db.outbox.add(id, 'close', clock.now())
      return delivery.fanOut && this.#fanOuts.redraw(record, clock.now())
    })
    return { outcome: 'more', shown: job, ...(leadId === undefined ? {} : { wakes: [leadId] }) }
  }

  async #close(
    courier: Courier,
    delivery: Delivery,
    record: DeliveryRecord,
    entry: OutboxEntry,
  ): Promise<Handled> {
    const { db, log } = this.#parts
    const result = resultOf(record)
    const shown = delivery.fanOut && this.#fanOuts.stateOf(record)
    await sendEndNotice(this.#parts, courier, delivery, result)
    const card = delivery.fanOut?.leads ? await courier.showFanOut?.(delivery) : undefined
    const refused = (result && (await courier.close(delivery, result))) ?? card
    const pause = refused && this.#retries.pauseAfter(entry.id, refused.reason)
    if (pause) return { outcome: { pauseMs: pause } }
    if (refused && refused.reason !== 'deleted')
      log.warn({ delivery: record.id, code: refused.code }, 'a message was not brought to its end')
    await db.write(() => {
      // If anything changed during the update, the card is updated once more.
      if (!delivery.fanOut || this.#fanOuts.stateOf(record) === shown) db.outbox.remove(entry.id)
    })
    return { outcome: 'more' }
  }

  /**
   * Ends when the platform has confirmed every deletion. Refused deletions are reported, and retried daily, because a
   * permission may be restored.
   */
  async #remove(
    courier: Courier,
    delivery: Delivery,
    record: DeliveryRecord,
    entry: OutboxEntry,
  ): Promise<Handled> {
    const { db, clock, log } = this.#parts
    const group = delivery.fanOut && this.#fanOuts.groupOf(record)
    const wakes = group ? othersIn(group, delivery.id) : []
    if (group) await this.#leaveFanOut(courier, delivery, record)
    const refusals = await removeSteps(courier, delivery)
    const [first] = refusals
    const soon = first && this.#retries.pauseAfter(entry.id, first.reason)
    if (soon) return { outcome: { pauseMs: soon }, wakes }
    const isOver = refusals.length === 0 || clock.now() - entry.createdAt > deletionRetryLimitMs
    if (refusals.length > 0) log.warn({ delivery: delivery.id, refusals }, 'not everything was deleted')
    await db.write(() => {
      db.deliveries.setEnd(delivery.id, refusals.length === 0 ? 'removed' : 'kept', refusals, clock.now())
      if (!isOver) return
      db.outbox.remove(entry.id)
      if (entry.kind === 'erase') this.#purge(delivery.job.id)
    })
    return { outcome: isOver ? 'more' : { pauseMs: deletionRetryMs }, wakes }
  }

  /** The card and the thread are kept while other jobs use them. */
  async #leaveFanOut(courier: Courier, delivery: Delivery, record: DeliveryRecord): Promise<void> {
    const { db, clock } = this.#parts
    const steps = courier.sharedSteps?.(delivery) ?? []
    await db.write(() => {
      this.#fanOuts.passOn(record, steps)
      this.#fanOuts.redraw(record, clock.now())
    })
  }

  /** Inside a transaction: deletes the row of an erased job once it has no pending deletions. */
  #purge(jobId: string): void {
    const { db } = this.#parts
    if (db.deliveries.ofJob(jobId).every(({ id }) => !db.outbox.next(id))) db.jobs.purge(jobId)
  }

  #context({ id }: Delivery, { createdAt }: OutboxEntry, faults: number) {
    const { clock, log } = this.#parts
    const now = clock.now()
    const isTooLate = now - createdAt > giveUpAfterMs
    return { steps: this.#stepsOf(id), now, log, isTooLate, isBroken: faults >= maxFaultTries }
  }

  /** The address of the parent's message, if all readers of the link may see it. */
  #parentOf({ parent, conversation }: JobView): string | undefined {
    const { db } = this.#parts
    if (!parent || db.deliveries.platformOf(parent.jobId) !== conversation.platform) return undefined
    return isOpenThere(db, parent.jobId, conversation) ? db.deliveries.addressOf(parent.jobId) : undefined
  }

  #stepsOf(id: string): StepStorage {
    const { db } = this.#parts
    return {
      get: name => db.deliverySteps.get(id, name),
      all: () => db.deliverySteps.of(id),
      put: step => db.write(() => db.deliverySteps.put(id, step)),
      drop: name => db.write(() => db.deliverySteps.drop(id, name)),
    }
  }
}

function othersIn({ all }: Group, id: string): string[] {
  return all.map(job => job.id).filter(other => other !== id)
}
