/**
 * Removes pictures and texts of finished jobs that are older than `limits.keepDays` from the data folder. The jobs' messages stay,
 * with the platform's copies of the pictures, and can still be deleted.
 */
import { hourMs } from '../common/durations.ts'
import { Timers } from '../engine/jobs/timers.ts'
import { deleteFiles } from './erase.ts'
import type { AppParts } from './parts.ts'

const sweepIntervalMs = hourMs
/** Jobs per transaction, so that others write in between. */
const jobsPerTransaction = 50

type RetentionParts = Pick<AppParts, 'db' | 'thumbnails' | 'clock' | 'log' | 'changed'>

export class Retention {
  readonly #parts: RetentionParts
  /** The age at which a finished job loses its pictures and texts; 0: never. */
  readonly #keepMs: number
  readonly #timers: Timers
  #sweeping = Promise.resolve()
  #isEnding = false

  constructor(parts: RetentionParts, keepMs: number) {
    this.#parts = parts
    this.#keepMs = keepMs
    this.#timers = new Timers(parts.clock)
  }

  /** Sweeps now, and again an hour after each sweep. */
  start(): void {
    if (this.#keepMs === 0) return
    const { log } = this.#parts
    this.#sweeping = this.#sweep()
      .catch(error => log.error({ error: String(error) }, 'old pictures could not be removed'))
      .then(() => this.#timers.after(sweepIntervalMs, () => this.start()))
  }

  /** Resolves when the transaction in progress has ended. */
  async end(): Promise<void> {
    this.#isEnding = true
    this.#timers.end()
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { db, log, changed } = this.#parts
    let count = 0
    for (let isLast = false; !isLast && !this.#isEnding; ) {
      const { jobIds, files } = await db.write(() => this.#removeSome())
      for (const id of jobIds) changed(id)
      await deleteFiles(this.#parts, files)
      count += jobIds.length
      isLast = jobIds.length < jobsPerTransaction
    }
    if (count > 0) log.info({ jobs: count }, 'old pictures were removed')
  }

  /** Inside a transaction: removes the next expired jobs. Rows are deleted before files, as in erase.ts. */
  #removeSome() {
    const { db, clock } = this.#parts
    const now = clock.now()
    const jobIds = db.jobs.endedBefore(now - this.#keepMs, jobsPerTransaction)
    const files = jobIds.flatMap(id => {
      db.jobs.eraseText(id, now)
      return [...db.pictures.removeOfJob(id).files, ...db.pending.removeOfJob(id)]
    })
    return { jobIds, files }
  }
}
