/**
 * Schedules deliveries: one unit of work at a time per delivery, a few at a time per group, none before its wait is over,
 * and low-priority work only when nothing else is ready.
 */
import { Timers } from '../../engine/jobs/timers.ts'
import type { Clock } from '../../system/ports.ts'

/** The outcome of a unit of work: more work at once, more work later, none for now, or none ever again. */
export type WorkOutcome = 'more' | 'idle' | 'over' | { pauseMs: number }

/** `known`: data for the next unit, if it follows at once. */
export interface WorkDone<Facts> {
  outcome: WorkOutcome
  known?: Facts
}

/** The current group of a delivery; undefined if it cannot be worked on yet. */
export interface WorkGroup {
  name: string
  /** The maximum of concurrent work: platforms limit rates, and a long queue must not start all at once. */
  maxConcurrent: number
  /** Whether all other work of the group goes first. */
  canWait?: boolean
}

/** The ready deliveries of a group, and the number in progress. */
interface Ready {
  urgent: Set<string>
  others: Set<string>
  busy: number
  maxConcurrent: number
}

interface Item {
  busy: boolean
  /** New work arrived while it was busy. */
  again: boolean
  /** The earliest time of its next work, on the monotonic clock. */
  pausedUntilMs: number
}

/** `Facts`: data of a delivery that was just read, so that its work need not read it again. */
export interface WorkQueueParts<Facts> {
  clock: Clock
  /** The group of a delivery. `known`: data from the caller of `add`. */
  groupOf(id: string, known?: Facts): (WorkGroup & { facts?: Facts }) | undefined
  /** Does one unit of work. Never rejects. `facts` is absent if the delivery has waited since it was read. */
  work(id: string, facts?: Facts): Promise<WorkDone<Facts>>
}

export class WorkQueue<Facts = unknown> {
  readonly #parts: WorkQueueParts<Facts>
  readonly #timers: Timers
  readonly #items = new Map<string, Item>()
  /** The ready deliveries of each group. */
  readonly #ready = new Map<string, Ready>()
  readonly #underway = new Set<Promise<void>>()
  #isStopped = false

  constructor(parts: WorkQueueParts<Facts>) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** Signals that a delivery may have work. `known`: data of it that was just read. */
  add(id: string, known?: Facts): void {
    if (this.#isStopped) return
    const item = this.#item(id)
    item.again ||= item.busy
    if (item.busy || item.pausedUntilMs > this.#parts.clock.monotonicMs()) return
    const group = this.#parts.groupOf(id, known)
    if (!group) return
    const ready = this.#readyIn(group)
    // Nothing of the group waits, so the work begins now with the data that was read.
    if (ready.busy < ready.maxConcurrent && ready.urgent.size + ready.others.size === 0) {
      this.#begin(id, ready, group.facts)
      return
    }
    if (!group.canWait) {
      ready.others.delete(id)
      ready.urgent.add(id)
    } else if (!ready.urgent.has(id)) {
      ready.others.add(id)
    }
    this.#start(ready)
  }

  /** As `add`, after a delay, if `isNeeded` holds then. */
  addLater(id: string, delayMs: number, isNeeded = () => true): void {
    this.#timers.after(delayMs, () => {
      if (isNeeded()) this.add(id)
    })
  }

  /** Resolves when no work is in progress and none is due now. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled([...this.#underway])
  }

  /** Starts no further work and waits for the work in progress. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timers.end()
    await this.idle()
  }

  #start(ready: Ready): void {
    while (ready.busy < ready.maxConcurrent && !this.#isStopped) {
      const id = takeFirst(ready.urgent) ?? takeFirst(ready.others)
      if (id === undefined) return
      // It became ready in two groups, and the other group has taken it.
      if (this.#item(id).busy) continue
      this.#begin(id, ready)
    }
  }

  #begin(id: string, ready: Ready, facts?: Facts): void {
    const item = this.#item(id)
    ready.busy += 1
    item.busy = true
    item.again = false
    const underway = this.#parts.work(id, facts).then(({ outcome, known }) => {
      this.#underway.delete(underway)
      item.busy = false
      this.#conclude(id, item, outcome, known)
      ready.busy -= 1
      this.#start(ready)
    })
    this.#underway.add(underway)
  }

  #conclude(id: string, item: Item, outcome: WorkOutcome, known: Facts | undefined): void {
    if (typeof outcome === 'object') {
      item.pausedUntilMs = this.#parts.clock.monotonicMs() + outcome.pauseMs
      this.addLater(id, outcome.pauseMs)
    } else if (outcome === 'more' || item.again) {
      this.add(id, known)
    } else if (outcome === 'over') {
      this.#items.delete(id)
    }
  }

  #item(id: string): Item {
    const known = this.#items.get(id)
    if (known) return known
    const item: Item = { busy: false, again: false, pausedUntilMs: 0 }
    this.#items.set(id, item)
    return item
  }

  #readyIn({ name, maxConcurrent }: WorkGroup): Ready {
    const known = this.#ready.get(name)
    if (known) return known
    const ready: Ready = { urgent: new Set(), others: new Set(), busy: 0, maxConcurrent }
    this.#ready.set(name, ready)
    return ready
  }
}

function takeFirst(ids: Set<string>): string | undefined {
  const [id] = ids
  if (id !== undefined) ids.delete(id)
  return id
}
