/**
 * Delivers the outcomes of jobs to platforms: drains the outbox through the couriers, in order for each delivery, with
 * retries. Progress is not in the outbox: only the newest state counts, the courier limits its rate, and it may be lost.
 */
import type { Database } from '../../db/database.ts'
import type { DeliveryRecord } from '../../db/repositories/deliveries.ts'
import type { OutboxEntry } from '../../db/repositories/outbox.ts'
import { isFinal } from '../../engine/jobs/job.ts'
import { type AppError, toAppError } from '../../errors/errors.ts'
import type { Clock, Logger, Random } from '../../system/ports.ts'
import type { JobViews } from '../views/job-views.ts'
import type { JobView } from '../views/views.ts'
import { longestPauseMs, pauseAfter } from './backoff.ts'
import type { Courier } from './courier.ts'
import { EntryHandler } from './entry-handler.ts'
import { isVisibleChange, Progress } from './progress.ts'
import { Waiters } from './waiters.ts'
import { type Group, type WorkOutcome, WorkQueue } from './work-queue.ts'

/** Calls of one courier at a time; deletions have a few of their own, so that neither starves the other. */
const deliveriesAtOnce = 8
const deletionsAtOnce = 2

export interface DeliveriesParts {
  /** Whether people are told of results where they have not said so themselves. */
  notify: boolean
  db: Database
  views: JobViews
  clock: Clock
  random: Random
  log: Logger
}

export class Deliveries {
  readonly #parts: DeliveriesParts
  readonly #couriers = new Map<string, Courier>()
  readonly #queue: WorkQueue
  readonly #entries: EntryHandler
  readonly #waiters: Waiters
  readonly #progress = new Progress()
  /** Faults in a row, by delivery. */
  readonly #failures = new Map<string, number>()
  #isOpen = false

  constructor(parts: DeliveriesParts) {
    this.#parts = parts
    this.#waiters = new Waiters(parts.clock)
    this.#entries = new EntryHandler(parts)
    this.#queue = new WorkQueue({
      clock: parts.clock,
      groupOf: id => this.#groupOf(id),
      work: id => this.#turn(id).catch(error => this.#failed(id, error)),
    })
  }

  /** From now on that platform's deliveries go through this courier. */
  register(courier: Courier): void {
    this.#couriers.set(courier.platform, courier)
    if (this.#isOpen) this.#takeUp()
  }

  /** Takes up what an earlier process left. */
  start(): void {
    this.#isOpen = true
    this.#takeUp()
  }

  /** The outbox holds something new for that delivery; a job's own has the id of the job. */
  nudge(id: string): void {
    if (this.#isOpen) this.#queue.add(id)
  }

  /** The job got further, or its place changed. */
  progressed(job: JobView): void {
    const nowMs = this.#parts.clock.monotonicMs()
    if (!this.#isOpen || !this.#progress.changed(job.id, job, nowMs)) return
    const courier = this.#couriers.get(job.conversation.platform)
    const dueMs = courier ? this.#progress.dueInMs(job.id, courier.progressIntervalMs, nowMs) : 0
    if (dueMs > 0) this.#postpone(job.id, nowMs, dueMs)
    else this.#queue.add(job.id)
  }

  /** Whether that platform's deliveries go anywhere. */
  serves(platform: string): boolean {
    return this.#couriers.has(platform)
  }

  /** Resolves when that holds, and at the latest after `timeoutMs`; looked at whenever a delivery has come further. */
  until(holds: () => boolean, timeoutMs: number): Promise<void> {
    return this.#waiters.until(holds, timeoutMs)
  }

  /** Resolves when no delivery is under way and none is due before time passes. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  /** Begins nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isOpen = false
    await this.#queue.stop()
    this.#waiters.close()
  }

  #takeUp(): void {
    for (const id of this.#parts.db.outbox.pending()) this.#queue.add(id)
  }

  /** Whoever nudges must not hear of a disk that fails. */
  #groupOf(id: string): Group | undefined {
    const { db } = this.#parts
    try {
      const platform = db.deliveries.platformOf(id)
      if (platform === undefined || !this.#couriers.has(platform)) return undefined
      const entry = db.outbox.next(id)
      return isDeletion(entry)
        ? { name: `${platform} deletions`, atOnce: deletionsAtOnce }
        : { name: platform, atOnce: deliveriesAtOnce, canWait: entry === undefined }
    } catch (error) {
      this.#queue.addLater(id, this.#diskFailed(id, error))
      return undefined
    }
  }

  /** One piece of work: the next entry of the delivery's outbox, or else its progress where that is due. */
  async #turn(id: string): Promise<WorkOutcome> {
    const { db } = this.#parts
    const record = db.deliveries.get(id)
    const courier = record && this.#couriers.get(record.platform)
    if (!record || !courier) return 'over'
    const entry = db.outbox.next(id)
    if (entry) {
      const { outcome, shown, wakes } = await this.#entries.handle(
        courier,
        record,
        entry,
        this.#failures.get(id) ?? 0,
      )
      this.#failures.delete(id)
      this.#waiters.check()
      if (shown) this.#showed(shown)
      for (const other of wakes ?? []) this.#queue.add(other)
      return outcome
    }
    if (this.#progress.isStale(id)) return this.#showProgress(courier, record)
    if (!this.#isOver(record.jobId)) return 'rest'
    this.#progress.forget(id)
    return 'over'
  }

  /** What came while the call ran is still to be shown, if it is worth it. */
  #showed(job: JobView): void {
    const { views, clock } = this.#parts
    this.#progress.shows(job.id, job, clock.monotonicMs())
    const now = views.job(job.id)
    if (now && isVisibleChange(job, now)) this.#progress.changed(job.id, now, clock.monotonicMs())
  }

  async #showProgress(courier: Courier, record: DeliveryRecord): Promise<WorkOutcome> {
    const { db, clock, log } = this.#parts
    const { id } = record
    const nowMs = clock.monotonicMs()
    const dueMs = this.#progress.dueInMs(id, courier.progressIntervalMs, nowMs)
    if (dueMs > 0) {
      this.#postpone(id, nowMs, dueMs)
      return 'rest'
    }
    const delivery = db.jobs.isThere(record.jobId) ? this.#entries.deliveryOf(record, courier) : undefined
    if (!delivery?.address || isFinal(delivery.job.state)) {
      this.#progress.forget(id)
      return 'more'
    }
    this.#progress.shows(id, delivery.job, clock.monotonicMs())
    await courier
      .progress(delivery, delivery.address)
      .catch(error => log.warn({ jobId: record.jobId, error: String(error) }, 'progress was not shown'))
    return 'rest'
  }

  #postpone(id: string, nowMs: number, pauseMs: number): void {
    this.#progress.postpone(id, nowMs + pauseMs)
    this.#queue.addLater(id, pauseMs)
  }

  /** Waits as long as the platform says, else longer each time. */
  #failed(id: string, error: unknown): WorkOutcome {
    const fault = toAppError(error)
    if (fault.code === 'storage') return { pauseMs: this.#diskFailed(id, error) }
    const failures = (this.#failures.get(id) ?? 0) + 1
    this.#failures.set(id, failures)
    return this.#pause(id, fault, failures)
  }

  #pause(id: string, fault: AppError, failures: number): WorkOutcome {
    const { random, log } = this.#parts
    const pauseMs = pauseAfter(fault, failures, random)
    log.warn({ delivery: id, pauseMs, error: fault.message }, 'a delivery will be tried again')
    return { pauseMs }
  }

  #diskFailed(id: string, error: unknown): number {
    this.#parts.log.error(
      { delivery: id, error: toAppError(error).message },
      'a delivery waits for the database',
    )
    return longestPauseMs
  }

  /** The last word on the job is delivered or on its way. */
  #isOver(jobId: string): boolean {
    const state = this.#parts.db.jobs.stateOf(jobId)
    return state !== 'queued' && state !== 'running'
  }
}

function isDeletion(entry: OutboxEntry | undefined): boolean {
  return entry?.kind === 'withdraw' || entry?.kind === 'erase'
}
