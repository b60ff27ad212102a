/** Notifies watchers of every visible change of jobs: states and steps at once, queue positions at a limited rate. */
import type { Pool, PoolChange } from '../../engine/jobs/pool.ts'
import { Timers } from '../../engine/jobs/timers.ts'
import type { Clock, Logger } from '../../system/ports.ts'
import type { JobViews } from './job-views.ts'
import type { JobView } from './views.ts'

/** Queue positions change with every claim. They are reported at most once per interval. */
const placesIntervalMs = 1000
/** The number of positions that are reported, from the front of the queue. */
const placesTold = 200

export class Watch {
  readonly #views: JobViews
  readonly #pool: Pick<Pool, 'order'>
  readonly #log: Logger
  readonly #timers: Timers
  readonly #listeners = new Set<(job: JobView) => void>()
  #placesDue = false

  constructor(parts: { views: JobViews; pool: Pick<Pool, 'order'>; clock: Clock; log: Logger }) {
    this.#views = parts.views
    this.#pool = parts.pool
    this.#log = parts.log
    this.#timers = new Timers(parts.clock)
  }

  add(listener: (job: JobView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(change: PoolChange): void {
    if (change.kind === 'queue') {
      if (this.#placesDue) return
      this.#placesDue = true
      this.#timers.after(placesIntervalMs, () => this.#tellPlaces())
      return
    }
    const job = this.#views.job(change.jobId)
    if (job) this.tell(job)
  }

  tell(job: JobView): void {
    for (const listener of this.#listeners) {
      try {
        listener(job)
      } catch (error) {
        // A defect of one listener must not affect the others.
        this.#log.error({ jobId: job.id, error: String(error) }, 'a watcher failed')
      }
    }
  }

  end(): void {
    this.#timers.end()
    this.#listeners.clear()
  }

  #tellPlaces(): void {
    this.#placesDue = false
    for (const job of this.#views.jobs(this.#pool.order(placesTold))) this.tell(job)
  }
}
