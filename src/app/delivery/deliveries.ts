/**
 * Delivers the outcomes of jobs to platforms: drains the outbox through the couriers, in order for each delivery, with
 * retries. Progress is not in the outbox: only the newest state counts, the courier limits its rate, and it may be lost.
 */
import type { Database } from '../../db/database.ts'
import type { DeliveryRecord, DeliveryTurn } from '../../db/repositories/deliveries/deliveries.ts'
import type { OutboxEntry } from '../../db/repositories/deliveries/outbox.ts'
import { isFinal } from '../../engine/jobs/job.ts'
import { type AppError, toAppError } from '../../errors/errors.ts'
import type { Clock, Logger, Random } from '../../system/ports.ts'
import type { JobViews } from '../views/job-views.ts'
import type { JobView } from '../views/views.ts'
import { maxPauseMs, pauseAfter } from './backoff.ts'
import type { Courier } from './courier.ts'
import { EntryHandler } from './entry-handler.ts'
import { isVisibleChange, ProgressUpdates } from './progress.ts'
import { Waiters } from './waiters.ts'
import { type WorkDone, type WorkGroup, type WorkOutcome, WorkQueue } from './work-queue.ts'

/** The maximum of concurrent calls per courier. Deletions have their own share, so that neither starves the other. */
const maxConcurrentDeliveries = 8
const maxConcurrentDeletions = 2

export interface DeliveriesParts {
  /** Whether people without a setting of their own are notified of results. */
  notify: boolean
  db: Database
  views: JobViews
  clock: Clock
  random: Random
  log: Logger
}

/** Data of a delivery that was just read. */
interface Facts {
  turn?: DeliveryTurn
  job?: JobView
}

export class Deliveries {
  readonly #parts: DeliveriesParts
  readonly #couriers = new Map<string, Courier>()
  readonly #queue: WorkQueue<Facts>
  readonly #entries: EntryHandler
  readonly #waiters: Waiters
  readonly #progress = new ProgressUpdates()
  /**
   * Deliveries of open jobs without an outbox entry. They do not change until `wake`, so their progress is shown without reading
   * them again.
   */
  readonly #quiet = new Map<string, DeliveryRecord>()
  /** The number of consecutive faults, by delivery. */
  readonly #failures = new Map<string, number>()
  #isOpen = false

  constructor(parts: DeliveriesParts) {
    this.#parts = parts
    this.#waiters = new Waiters(parts.clock)
    this.#entries = new EntryHandler(parts)
    this.#queue = new WorkQueue({
      clock: parts.clock,
      groupOf: (id, known) => this.#groupOf(id, known),
      work: (id, facts) => this.#turn(id, facts).catch(error => ({ outcome: this.#onFailure(id, error) })),
    })
  }

  /** Adds the courier that handles the deliveries of its platform. */
  register(courier: Courier): void {
    this.#couriers.set(courier.platform, courier)
    if (this.#isOpen) this.#takeUp()
  }

  /** Resumes the deliveries of an earlier process. */
  start(): void {
    this.#isOpen = true
    this.#takeUp()
  }

  /** Signals a new outbox entry of a delivery. A job's own delivery has the job's id. `job`: the job, if it was just read. */
  wake(id: string, job?: JobView): void {
    if (this.#isOpen) this.#wake(id, job && { job })
  }

  /** Signals that a job made progress or that its queue position changed. */
  onProgress(job: JobView): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const courier = this.#couriers.get(job.conversation.platform)
    if (!this.#isOpen || !courier || !this.#progress.recordChange(job.id, job, nowMs)) return
    const dueMs = this.#progress.dueInMs(job.id, courier.progressIntervalMs, nowMs)
    if (dueMs > 0) this.#postpone(job.id, nowMs, dueMs)
    else this.#queue.add(job.id)
  }

  /** Whether the platform has a courier. */
  serves(platform: string): boolean {
    return this.#couriers.has(platform)
  }

  /** Resolves when the condition holds, at the latest after `timeoutMs`. It is checked after each change of a delivery. */
  until(holds: () => boolean, timeoutMs: number): Promise<void> {
    return this.#waiters.until(holds, timeoutMs)
  }

  /** Resolves when no delivery is in progress and none is due now. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  /** Starts no further work and waits for the work in progress. */
  async stop(): Promise<void> {
    this.#isOpen = false
    await this.#queue.stop()
    this.#waiters.close()
  }

  #takeUp(): void {
    for (const id of this.#parts.db.outbox.pending()) this.#wake(id)
  }

  #wake(id: string, known?: Facts): void {
    this.#quiet.delete(id)
    this.#queue.add(id, known)
  }

  /** A disk fault must not reach the caller, who only signals new work. */
  #groupOf(id: string, known?: Facts): (WorkGroup & { facts?: Facts }) | undefined {
    const quiet = this.#quiet.get(id)
    try {
      const turn = quiet ? undefined : this.#parts.db.deliveries.turnOf(id)
      const platform = (quiet ?? turn?.record)?.platform
      if (platform === undefined || !this.#couriers.has(platform)) return undefined
      const facts = turn && { ...known, turn }
      const kind = turn?.entry?.kind
      return kind === 'withdraw' || kind === 'erase'
        ? { name: `${platform} deletions`, maxConcurrent: maxConcurrentDeletions, facts }
        : { name: platform, maxConcurrent: maxConcurrentDeliveries, canWait: kind === undefined, facts }
    } catch (error) {
      this.#queue.addLater(id, this.#diskFailed(id, error))
      return undefined
    }
  }

  /** One unit of work: the delivery's next outbox entry, or otherwise a due progress update. */
  async #turn(id: string, facts: Facts = {}): Promise<WorkDone<Facts>> {
    const quiet = this.#quiet.get(id)
    const turn = quiet ? undefined : (facts.turn ?? this.#parts.db.deliveries.turnOf(id))
    const record = quiet ?? turn?.record
    const courier = record && this.#couriers.get(record.platform)
    if (!record || !courier) return { outcome: 'over' }
    if (turn?.entry) return this.#handle(courier, turn.record, turn.entry, facts.job)
    const isStale = this.#progress.isStale(id)
    if (!isStale && turn && isFinal(turn.jobState)) {
      this.#progress.forget(id)
      return { outcome: 'over' }
    }
    this.#quiet.set(id, record)
    return { outcome: isStale ? await this.#showProgress(courier, record) : 'idle' }
  }

  async #handle(
    courier: Courier,
    record: DeliveryRecord,
    entry: OutboxEntry,
    job: JobView | undefined,
  ): Promise<WorkDone<Facts>> {
    const { id } = record
    const faults = this.#failures.get(id) ?? 0
    const { outcome, shown, unshown, wakes } = await this.#entries.handle(courier, record, entry, faults, job)
    this.#failures.delete(id)
    this.#waiters.check()
    if (shown) this.#onShown(shown)
    if (unshown) this.#progress.recordChange(id, unshown, this.#parts.clock.monotonicMs())
    for (const other of wakes ?? []) this.#wake(other)
    // A final job changes only by its removal, which the delivery's record states.
    return shown && isFinal(shown.state) ? { outcome, known: { job: shown } } : { outcome }
  }

  /** Schedules another update if the job changed visibly during the call. A final state is the last one. */
  #onShown(job: JobView): void {
    const { views, clock } = this.#parts
    if (isFinal(job.state)) {
      this.#progress.forget(job.id)
      return
    }
    this.#progress.recordShown(job.id, job, clock.monotonicMs())
    const now = views.refresh(job) ?? views.job(job.id)
    if (now && isVisibleChange(job, now)) this.#progress.recordChange(job.id, now, clock.monotonicMs())
  }

  async #showProgress(courier: Courier, record: DeliveryRecord): Promise<WorkOutcome> {
    const { clock, log } = this.#parts
    const { id } = record
    const nowMs = clock.monotonicMs()
    const dueMs = this.#progress.dueInMs(id, courier.progressIntervalMs, nowMs)
    if (dueMs > 0) {
      this.#postpone(id, nowMs, dueMs)
      return 'idle'
    }
    const newest = this.#progress.newest(id)
    const delivery = record.isJobRemoved ? undefined : this.#entries.deliveryOf(record, courier, newest)
    if (!delivery?.address || isFinal(delivery.job.state)) {
      this.#quiet.delete(id)
      this.#progress.forget(id)
      return 'more'
    }
    this.#progress.recordShown(id, delivery.job, clock.monotonicMs())
    await courier
      .progress(delivery, delivery.address)
      .catch(error => log.warn({ jobId: record.jobId, error: String(error) }, 'progress was not shown'))
    return 'idle'
  }

  /** Schedules another turn. If the result is shown by then, the delivery need not be read again. */
  #postpone(id: string, nowMs: number, pauseMs: number): void {
    this.#progress.postpone(id, nowMs + pauseMs)
    this.#queue.addLater(id, pauseMs, () => this.#progress.isStale(id))
  }

  /** Waits as long as the platform states, otherwise with back-off. */
  #onFailure(id: string, error: unknown): WorkOutcome {
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
    return maxPauseMs
  }
}
