/** Shows the progress of jobs: only the newest state counts, and the courier limits the rate. */
import type { JobView } from '../views/views.ts'

/** Up to this position every change is shown; behind it only each halving, because every claim moves all positions. */
const frontPositions = 5

interface ShownProgress {
  job: JobView
  /** On the monotonic clock. */
  atMs: number
}

export class ProgressUpdates {
  readonly #shown = new Map<string, ShownProgress>()
  /** The newest view of each delivery that shows an older one. */
  readonly #stale = new Map<string, JobView>()
  /** The time of the next scheduled check, on the monotonic clock. */
  readonly #againMs = new Map<string, number>()

  /** Records a visible change. True if the delivery must be signalled, because no check of it is scheduled. */
  recordChange(id: string, job: JobView, nowMs: number): boolean {
    const shown = this.#shown.get(id)
    if (shown && !isVisibleChange(shown.job, job)) return false
    this.#stale.set(id, job)
    return (this.#againMs.get(id) ?? 0) <= nowMs
  }

  /** Records that a timer checks the delivery at `untilMs`. */
  postpone(id: string, untilMs: number): void {
    this.#againMs.set(id, untilMs)
  }

  isStale(id: string): boolean {
    return this.#stale.has(id)
  }

  /** The newest view that is not shown yet. */
  newest(id: string): JobView | undefined {
    return this.#stale.get(id)
  }

  /** Milliseconds until the next edit is due; 0: now. */
  dueInMs(id: string, intervalMs: number, nowMs: number): number {
    const shown = this.#shown.get(id)
    return shown ? Math.max(0, shown.atMs + intervalMs - nowMs) : 0
  }

  recordShown(id: string, job: JobView, atMs: number): void {
    this.#stale.delete(id)
    this.#shown.set(id, { job, atMs })
  }

  forget(id: string): void {
    this.#stale.delete(id)
    this.#shown.delete(id)
    this.#againMs.delete(id)
  }
}

export function isVisibleChange(shown: JobView, now: JobView): boolean {
  if (now.state !== 'queued' || shown.state !== 'queued') return true
  if (now.heldUp !== shown.heldUp) return true
  if (now.place === undefined || shown.place === undefined) return now.place !== shown.place
  if (now.place === shown.place) return false
  return now.place <= frontPositions || now.place <= shown.place / 2
}
