/**
 * Tells platforms what became of jobs: drains the outbox through the couriers, in order for each job, as often as it
 * takes. Progress is different: only the newest counts, it is sent at the courier's pace, and it may be lost.
 */
import type { Database } from '../db/database.ts'
import type { OutboxEntry, Placeholder } from '../db/outbox.ts'
import { Timers } from '../engine/jobs/timers.ts'
import { hasCode, toAppError } from '../errors.ts'
import type { Clock, Logger, Random } from '../ports.ts'
import type { Address, Courier, Delivery } from './courier.ts'
import type { JobViews } from './job-views.ts'
import { isWorthTelling } from './progress-pace.ts'
import type { JobView } from './views.ts'
import { isOpenThere } from './visible.ts'

/** Calls of one courier at a time; platforms limit rates, and a long outbox must not start them all at once. */
const callsAtOnce = 8
const firstPauseMs = 1000
const longestPauseMs = 300_000
/** What could not be delivered for so long, however often it was tried, is given up. */
const giveUpAfterMs = 3 * 24 * 3_600_000

/** One job's deliveries: never two at once. */
interface Lane {
  /** Read once: whoever nudges must not hear of a disk that fails. */
  platform?: string
  busy: boolean
  /** There was or will be more to do by the time that it is not busy any more. */
  again: boolean
  failures: number
  /** On the monotonic clock: not before then. */
  pausedUntilMs: number
  /** There may be something to show that was not shown yet. */
  stale: boolean
  shownAtMs: number
  shown?: JobView
}

export interface DeliverParts {
  db: Database
  views: JobViews
  clock: Clock
  random: Random
  log: Logger
}

export class Deliver {
  readonly #parts: DeliverParts
  readonly #couriers = new Map<string, Courier>()
  readonly #lanes = new Map<string, Lane>()
  /** By platform: jobs that can be worked on at once, and calls under way. */
  readonly #ready = new Map<string, Set<string>>()
  readonly #calls = new Map<string, number>()
  readonly #underway = new Set<Promise<void>>()
  readonly #timers: Timers
  #state: 'new' | 'open' | 'stopped' = 'new'

  constructor(parts: DeliverParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** From now on that platform's deliveries go through this courier. */
  register(courier: Courier): void {
    this.#couriers.set(courier.platform, courier)
    this.#work(courier.platform)
  }

  /** Takes up what an earlier process left. */
  start(): void {
    this.#state = 'open'
    for (const jobId of this.#parts.db.outbox.pendingJobs()) this.nudge(jobId)
  }

  /** The outbox holds something new for the job. */
  nudge(jobId: string): void {
    if (this.#state === 'open') this.#enlist(jobId)
  }

  /** The job got further, or its place changed. */
  progressed(job: JobView): void {
    if (this.#state !== 'open') return
    const lane = this.#lane(job.id)
    if (lane.shown && !isWorthTelling(lane.shown, job)) return
    lane.stale = true
    this.#enlist(job.id)
  }

  /** Whether that platform's deliveries go anywhere. */
  serves(platform: string): boolean {
    return this.#couriers.has(platform)
  }

  /** Resolves when no delivery is under way and none is due before time passes. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled([...this.#underway])
  }

  /** Begins nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#timers.end()
    await this.idle()
  }

  #enlist(jobId: string): void {
    const lane = this.#lane(jobId)
    lane.again ||= lane.busy
    if (lane.busy || lane.pausedUntilMs > this.#parts.clock.monotonicMs()) return
    const platform = this.#platformOf(jobId, lane)
    if (platform === undefined) return
    const ready = this.#ready.get(platform) ?? new Set()
    this.#ready.set(platform, ready.add(jobId))
    this.#work(platform)
  }

  #platformOf(jobId: string, lane: Lane): string | undefined {
    try {
      lane.platform ??= this.#parts.db.jobs.platformOf(jobId)
    } catch (error) {
      this.#giveTime(jobId, error)
    }
    return lane.platform
  }

  #work(platform: string): void {
    const courier = this.#couriers.get(platform)
    const ready = this.#ready.get(platform)
    if (!courier || !ready || this.#state !== 'open') return
    for (const jobId of ready) {
      if ((this.#calls.get(platform) ?? 0) >= callsAtOnce) return
      ready.delete(jobId)
      this.#begin(courier, jobId)
    }
  }

  #begin(courier: Courier, jobId: string): void {
    const { platform } = courier
    const lane = this.#lane(jobId)
    lane.busy = true
    lane.again = false
    this.#calls.set(platform, (this.#calls.get(platform) ?? 0) + 1)
    const underway = this.#turn(courier, jobId, lane)
      .catch(error => this.#pause(platform, jobId, lane, error))
      .catch(error => this.#giveTime(jobId, error))
      .finally(() => {
        lane.busy = false
        this.#calls.set(platform, (this.#calls.get(platform) ?? 1) - 1)
        this.#underway.delete(underway)
        if (lane.again) this.#enlist(jobId)
        this.#work(platform)
      })
    this.#underway.add(underway)
  }

  /** One call for one job: the next entry of its outbox, or else its progress where that is due. */
  async #turn(courier: Courier, jobId: string, lane: Lane): Promise<void> {
    const entry = this.#parts.db.outbox.next(jobId)
    if (entry) {
      await this.#deliver(courier, entry, lane)
      lane.failures = 0
      lane.again = true
    } else if (lane.stale) {
      await this.#showProgress(courier, jobId, lane)
    } else if (this.#isOver(jobId)) {
      this.#lanes.delete(jobId)
    }
  }

  async #deliver(courier: Courier, entry: OutboxEntry, lane: Lane): Promise<void> {
    const { db, views, clock } = this.#parts
    const record = db.jobs.get(entry.jobId)
    const placeholder = db.outbox.placeholder(entry.jobId)
    const job = record && views.ofRecord(record)
    if (!record || !job) return
    lane.stale = false
    const delivery = await call(courier, entry, { placeholder, parent: this.#parentOf(job) }, job)
    lane.shown = job
    lane.shownAtMs = clock.monotonicMs()
    // What came while the call ran is still to be shown, if it is worth it.
    const now = views.job(job.id)
    lane.stale &&= now !== undefined && isWorthTelling(job, now)
    await db.write(() => {
      const there = delivery?.kind === 'delivered' && (entry.kind === 'open' || entry.kind === 'settle')
      if (delivery) db.outbox.setPlaceholder(job.id, there ? delivery.address : null)
      db.outbox.remove(entry.id)
      if (entry.kind === 'erase') db.jobs.purge(job.id)
    })
  }

  /** Where the picture is that the job descends from, if whoever reads the job's message may see it too. */
  #parentOf({ parent, conversation }: JobView): Address | undefined {
    if (!parent || !isOpenThere(this.#parts.db, parent.jobId, conversation)) return undefined
    const placeholder = this.#parts.db.outbox.placeholder(parent.jobId)
    return placeholder.kind === 'at' ? placeholder.address : undefined
  }

  async #showProgress(courier: Courier, jobId: string, lane: Lane): Promise<void> {
    const { db, views, clock, log } = this.#parts
    const dueMs = lane.shownAtMs + courier.progressIntervalMs - clock.monotonicMs()
    if (dueMs > 0) {
      this.#later(dueMs, jobId)
      return
    }
    const placeholder = db.outbox.placeholder(jobId)
    const job = views.job(jobId)
    lane.stale = false
    if (placeholder.kind !== 'at' || !job || this.#isOver(jobId)) return
    lane.shown = job
    lane.shownAtMs = clock.monotonicMs()
    await courier
      .progress(placeholder.address, job)
      .catch(error => log.warn({ jobId, error: String(error) }, 'progress was not shown'))
    lane.again = true
  }

  /** Waits as long as the platform says, else longer each time; ends what will never be delivered. */
  async #pause(platform: string, jobId: string, lane: Lane, error: unknown): Promise<void> {
    const { db, clock, random, log } = this.#parts
    const fault = toAppError(error)
    const entry = db.outbox.next(jobId)
    lane.failures += 1
    const tooOld = entry !== undefined && clock.now() - entry.createdAt > giveUpAfterMs
    if (entry && (fault.code === 'platform-refused' || tooOld)) {
      log.error({ jobId, platform, kind: entry.kind, error: fault.message }, 'a delivery was given up')
      await db.write(() => db.outbox.remove(entry.id))
      lane.again = true
      return
    }
    const backoffMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (lane.failures - 1))
    const chance = random.uint32() / 2 ** 32
    const pauseMs = hasCode(fault, 'platform-busy')
      ? fault.details.retryAfterMs
      : backoffMs * (0.5 + chance / 2)
    log.warn({ jobId, platform, pauseMs, error: fault.message }, 'a delivery will be tried again')
    lane.pausedUntilMs = clock.monotonicMs() + pauseMs
    this.#later(pauseMs, jobId)
  }

  /** Even the pause could not be recorded: the disk, most likely. */
  #giveTime(jobId: string, error: unknown): void {
    this.#parts.log.error({ jobId, error: toAppError(error).message }, 'a delivery waits for the database')
    this.#later(longestPauseMs, jobId)
  }

  #later(delayMs: number, jobId: string): void {
    this.#timers.after(delayMs, () => this.#enlist(jobId))
  }

  /** The last word on the job is delivered or on its way. */
  #isOver(jobId: string): boolean {
    const state = this.#parts.db.jobs.stateOf(jobId)
    return state !== 'queued' && state !== 'running'
  }

  #lane(jobId: string): Lane {
    const known = this.#lanes.get(jobId)
    if (known) return known
    const lane: Lane = {
      busy: false,
      again: false,
      failures: 0,
      pausedUntilMs: 0,
      stale: false,
      shownAtMs: 0,
    }
    this.#lanes.set(jobId, lane)
    return lane
  }
}

/** Undefined where there is nothing to be said any more: the placeholder is gone, or never was. */
async function call(
  courier: Courier,
  entry: OutboxEntry,
  { placeholder, parent }: { placeholder: Placeholder; parent: Address | undefined },
  job: JobView,
): Promise<Delivery | undefined> {
  if (placeholder.kind === 'gone') return undefined
  if (entry.kind === 'open') return courier.open(job, parent)
  if (placeholder.kind === 'unsent') return undefined
  return entry.kind === 'settle'
    ? courier.settle(placeholder.address, job)
    : courier.withdraw(placeholder.address, job)
}
