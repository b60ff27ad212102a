/**
 * What the waiting jobs need of a device, each need once, however many jobs have it: a long line of jobs for devices that are busy,
 * or not there, is not looked through.
 */
import type { QueuedJob } from './job-store.ts'

interface CountedNeed {
  /** One of the jobs that need this. */
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

  /** Whether the need of any job is one that can be met. */
  some(canMeet: (job: QueuedJob) => boolean): boolean {
    for (const { job } of this.#counted.values()) if (canMeet(job)) return true
    return false
  }
}

function keyOf({ needs, neededMemory: { cpu, float32, float16 } }: QueuedJob): string {
  return `${cpu} ${float32} ${float16} ${needs.join(' ')}`
}
