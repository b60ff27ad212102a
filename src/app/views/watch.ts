/** Notifies watchers of every visible change of jobs: states, steps and removals at once, queue positions at a limited rate. */
import type { Pool } from '../../engine/jobs/pool.ts'
import type { PoolChange } from '../../engine/jobs/pool-parts.ts'
import { Timers } from '../../engine/jobs/timers.ts'
import type { Clock, Logger } from '../../system/ports.ts'
import type { JobViews } from './job-views.ts'
import type { JobView } from './views.ts'

/** Queue positions change with every claim. They are reported at most once per interval. */
const placesIntervalMs = 1000
/** The interval of reports of positions while a job runs, because the forecasts of waiting jobs change without a claim. */
const forecastsIntervalMs = 5000
/** The number of positions that are reported, from the front of the queue. */
const reportedPlaces = 200

export interface Watcher {
  onChange(job: JobView): void
  /** The job was removed. */
  onGone?(jobId: string): void
}

export class Watch {
  readonly #views: JobViews
  readonly #pool: Pick<Pool, 'order'>
  readonly #log: Logger
  readonly #timers: Timers
  readonly #watchers = new Set<Watcher>()
  /**
   * The last reported views of running jobs and of the front of the queue. A step or a new place changes nothing in the database.
   */
  #known = new Map<string, JobView>()
  readonly #clock: Clock
  #placesDue = false
  /** The time of the last report of positions, on the monotonic clock. */
  #placesReportedMs = Number.NEGATIVE_INFINITY

  constructor(parts: { views: JobViews; pool: Pick<Pool, 'order'>; clock: Clock; log: Logger }) {
    this.#views = parts.views
    this.#pool = parts.pool
    this.#log = parts.log
    this.#clock = parts.clock
    this.#timers = new Timers(parts.clock)
  }

  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  onChange(change: Exclude<PoolChange, { kind: 'state' }>): void {
    if (change.kind === 'queue') {
      this.#emitPlacesSoon()
      return
    }
    if (this.#clock.monotonicMs() - this.#placesReportedMs >= forecastsIntervalMs) this.#emitPlacesSoon()
    const known = change.kind === 'progress' ? this.#known.get(change.jobId) : undefined
    this.onStateChange(change.jobId, (known && this.#views.refresh(known)) ?? this.#views.job(change.jobId))
  }

  /** `job`: as it is now; undefined if it is gone. */
  onStateChange(jobId: string, job: JobView | undefined): void {
    if (job?.state === 'running') this.#known.set(jobId, job)
    else this.#known.delete(jobId)
    if (job) this.emit(job)
    else this.#each(jobId, watcher => watcher.onGone?.(jobId))
  }

  emit(job: JobView): void {
    this.#each(job.id, watcher => watcher.onChange(job))
  }

  #each(jobId: string, notify: (watcher: Watcher) => void): void {
    for (const watcher of this.#watchers) {
      try {
        notify(watcher)
      } catch (error) {
        // A defect of one watcher must not affect the others.
        this.#log.error({ jobId, error: String(error) }, 'a watcher failed')
      }
    }
  }

  end(): void {
    this.#timers.end()
    this.#watchers.clear()
    this.#known.clear()
  }

  #emitPlacesSoon(): void {
    if (this.#placesDue) return
    this.#placesDue = true
    this.#timers.after(placesIntervalMs, () => this.#emitPlaces())
  }

  #emitPlaces(): void {
    this.#placesDue = false
    this.#placesReportedMs = this.#clock.monotonicMs()
    const front = this.#pool.order(reportedPlaces)
    const refreshed = front.flatMap(id => this.#refresh(id) ?? [])
    const kept = new Map(refreshed.map(job => [job.id, job]))
    const read = this.#views.jobs(front.filter(id => !kept.has(id)))
    for (const job of read) kept.set(job.id, job)
    for (const job of this.#known.values()) if (job.state === 'running') kept.set(job.id, job)
    this.#known = kept
    for (const id of front) {
      const job = kept.get(id)
      if (job) this.emit(job)
    }
  }

  #refresh(jobId: string): JobView | undefined {
    const known = this.#known.get(jobId)
    return known && this.#views.refresh(known)
  }
}
