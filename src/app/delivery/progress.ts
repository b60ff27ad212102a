/** Shows the progress of jobs: only the newest state counts, and the courier limits the rate. */
import type { JobView } from '../views/views.ts'

/** Near the front every place is told; further back each time that it has halved: a claim moves all of them. */
const frontPositions = 5

interface Shown {
  job: JobView
  /** On the monotonic clock. */
  atMs: number
}

export class Progress {
  readonly #shown = new Map<string, Shown>()
  readonly #stale = new Set<string>()
  /** On the monotonic clock: when a delivery is looked at again anyway. */
  readonly #againMs = new Map<string, number>()

  /** Whether there is something new to show that would not be looked at by itself. */
  changed(id: string, job: JobView, nowMs: number): boolean {
    const shown = this.#shown.get(id)
    if (shown && !isVisibleChange(shown.job, job)) return false
    this.#stale.add(id)
    return (this.#againMs.get(id) ?? 0) <= nowMs
  }

  /** A timer looks at the delivery at that time. */
  postpone(id: string, untilMs: number): void {
    this.#againMs.set(id, untilMs)
  }

  isStale(id: string): boolean {
    return this.#stale.has(id)
  }

  /** Milliseconds until the next edit is due; 0: now. */
  dueInMs(id: string, intervalMs: number, nowMs: number): number {
    const shown = this.#shown.get(id)
    return shown ? Math.max(0, shown.atMs + intervalMs - nowMs) : 0
  }

  shows(id: string, job: JobView, atMs: number): void {
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
  if (now.place === undefined || shown.place === undefined) return now.place !== shown.place
  if (now.place === shown.place) return false
  return now.place <= frontPositions || now.place <= shown.place / 2
}
