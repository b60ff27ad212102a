/**
 * The distinct needs of the waiting jobs, so that a long queue of jobs for busy or absent devices is not searched job by job.
 */
import type { QueuedJob } from './job-store.ts'

interface CountedNeed {
  /** One of the jobs with this need. */
  readonly job: QueuedJob
  count: number
}

export class WaitingNeeds {
  readonly #counted = new Map<string, CountedNeed>()

  add(job: QueuedJob): void {
    const key = keyOf(job)
    const counted = this.#counted.get(key) ?? { job, count: 0 }
    this.#counted.set(key, counted)
    counted.count += 1
  }

  remove(job: QueuedJob): void {
    const key = keyOf(job)
    const counted = this.#counted.get(key)
    if (!counted) return
    counted.count -= 1
    if (counted.count === 0) this.#counted.delete(key)
  }

  /** Whether the need of any waiting job can be met. */
  some(canMeet: (job: QueuedJob) => boolean): boolean {
    for (const { job } of this.#counted.values()) if (canMeet(job)) return true
    return false
  }
}

function keyOf({ needs, neededMemory: { cpu, float32, float16 } }: QueuedJob): string {
  return `${cpu} ${float32} ${float16} ${needs.join(' ')}`
}
