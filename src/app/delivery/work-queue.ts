/**
 * Schedules deliveries: one at a time per delivery, a few at a time per group, none before its wait is over, and what can
 * wait only when nothing else is ready.
 */
import { Timers } from '../../engine/jobs/timers.ts'
import type { Clock } from '../../system/ports.ts'

/** What one piece of work leaves: more to do at once, more to do later, nothing to do now, nothing ever again. */
export type WorkOutcome = 'more' | 'rest' | 'over' | { pauseMs: number }

/** Where a delivery belongs at the moment; undefined: it cannot be worked on yet. */
export interface Group {
  name: string
  /** Platforms limit rates, and a long queue must not start all at once. */
  atOnce: number
  /** Whether everything else of the group goes first. */
  canWait?: boolean
}

/** What of a group can be worked on at once, and how many are. */
interface Ready {
  urgent: Set<string>
  others: Set<string>
  busy: number
  atOnce: number
}

interface Item {
  busy: boolean
  /** There was or will be more to do by the time that it is not busy any more. */
  again: boolean
  /** On the monotonic clock: not before then. */
  pausedUntilMs: number
}

export interface WorkQueueParts {
  clock: Clock
  groupOf(id: string): Group | undefined
  /** Never rejects. */
  work(id: string): Promise<WorkOutcome>
}

export class WorkQueue {
  readonly #parts: WorkQueueParts
  readonly #timers: Timers
  readonly #items = new Map<string, Item>()
  /** By group. */
  readonly #ready = new Map<string, Ready>()
  readonly #underway = new Set<Promise<void>>()
  #isStopped = false

  constructor(parts: WorkQueueParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** There is, or may be, something to do for it. */
  add(id: string): void {
    if (this.#isStopped) return
    const item = this.#item(id)
    item.again ||= item.busy
    if (item.busy || item.pausedUntilMs > this.#parts.clock.monotonicMs()) return
    const group = this.#parts.groupOf(id)
    if (!group) return
    const ready = this.#readyIn(group)
    if (!group.canWait) {
      ready.others.delete(id)
      ready.urgent.add(id)
    } else if (!ready.urgent.has(id)) {
      ready.others.add(id)
    }
    this.#start(group.name)
  }

  /** Not at once, but after that time. */
  addLater(id: string, delayMs: number): void {
    this.#timers.after(delayMs, () => this.add(id))
  }

  /** Resolves when nothing is under way and nothing is due before time passes. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled([...this.#underway])
  }

  /** Begins nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timers.end()
    await this.idle()
  }

  #start(groupName: string): void {
    const ready = this.#ready.get(groupName)
    if (!ready) return
    while (ready.busy < ready.atOnce && !this.#isStopped) {
      const id = takeFirst(ready.urgent) ?? takeFirst(ready.others)
      if (id === undefined) return
      // It was made ready in two groups, and the other one has it.
      if (this.#item(id).busy) continue
      ready.busy += 1
      this.#begin(id, () => {
        ready.busy -= 1
        this.#start(groupName)
      })
    }
  }

  #begin(id: string, ended: () => void): void {
    const item = this.#item(id)
    item.busy = true
    item.again = false
    const underway = this.#parts.work(id).then(outcome => {
      this.#underway.delete(underway)
      item.busy = false
      this.#conclude(id, item, outcome)
      ended()
    })
    this.#underway.add(underway)
  }

  #conclude(id: string, item: Item, outcome: WorkOutcome): void {
    if (typeof outcome === 'object') {
      item.pausedUntilMs = this.#parts.clock.monotonicMs() + outcome.pauseMs
      this.addLater(id, outcome.pauseMs)
    } else if (outcome === 'more' || item.again) {
      this.add(id)
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

  #readyIn({ name, atOnce }: Group): Ready {
    const known = this.#ready.get(name)
    if (known) return known
    const ready: Ready = { urgent: new Set(), others: new Set(), busy: 0, atOnce }
    this.#ready.set(name, ready)
    return ready
  }
}

function takeFirst(ids: Set<string>): string | undefined {
  const [id] = ids
  if (id !== undefined) ids.delete(id)
  return id
}
