/** What happens in a simulated day, and the figures of it: waits, shares, lengths of the queue. */
import { hourMs } from '../../src/common/durations.ts'

/** Between two samples of the queue's length. */
export const sampleMs = hourMs / 4

interface PersonRecord {
  jobs: number
  waiting: number
  /** When they began to have jobs waiting without a pause. */
  waitingSinceMs: number
  /** Device time that began in this hour. */
  servedMs: number
  readonly waitsMs: number[]
}

export interface Waits {
  p50Ms: number
  p95Ms: number
  maxMs: number
  meanMs: number
}

export class DayRecord {
  readonly #people: PersonRecord[]
  /** The queue's length every quarter of an hour, from the day's first moment on. */
  readonly queueLengths: number[] = []
  /** Jain's index of each hour in which several people waited all the time. */
  readonly #fairness: number[] = []
  arrived = 0
  started = 0
  done = 0
  /** Jobs that started after one that arrived later. */
  startedOutOfTurn = 0
  #latestStartedMs = 0
  #samples = 0

  constructor(people: number) {
    this.#people = Array.from({ length: people }, () => ({
      jobs: 0,
      waiting: 0,
      waitingSinceMs: 0,
      servedMs: 0,
      waitsMs: [],
    }))
  }

  arrive(person: number, nowMs: number): void {
    const record = this.#person(person)
    if (record.waiting === 0) record.waitingSinceMs = nowMs
    record.waiting += 1
    record.jobs += 1
    this.arrived += 1
  }

  start(person: number, arrivedMs: number, nowMs: number, workMs: number): void {
    const record = this.#person(person)
    if (arrivedMs < this.#latestStartedMs) this.startedOutOfTurn += 1
    else this.#latestStartedMs = arrivedMs
    record.waiting -= 1
    record.waitsMs.push(nowMs - arrivedMs)
    record.servedMs += workMs
    this.started += 1
  }

  end(): void {
    this.done += 1
  }

  /** Takes a sample of everything that is measured at intervals; call it every `sampleMs`, first at the day's first moment. */
  sample(): void {
    const nowMs = this.#samples * sampleMs
    this.#samples += 1
    this.queueLengths.push(this.arrived - this.started)
    if (nowMs % hourMs !== 0) return
    const waiters = this.#people.filter(
      ({ waiting, waitingSinceMs }) => waiting > 0 && waitingSinceMs <= nowMs - hourMs,
    )
    if (waiters.length > 1) this.#fairness.push(jainIndex(waiters.map(({ servedMs }) => servedMs)))
    for (const person of this.#people) person.servedMs = 0
  }

  /** The mean over the hours in which several people waited all the time; undefined where there was none. */
  get fairness(): number | undefined {
    if (this.#fairness.length === 0) return undefined
    return this.#fairness.reduce((sum, index) => sum + index, 0) / this.#fairness.length
  }

  /** Of the jobs that started, of everybody or of some: people who asked for at most, or at least, so many jobs. */
  waits({ atMost = Number.POSITIVE_INFINITY, atLeast = 0 } = {}): Waits {
    const some = this.#people.filter(({ jobs }) => jobs <= atMost && jobs >= atLeast)
    const sorted = Float64Array.from(some.flatMap(({ waitsMs }) => waitsMs)).sort()
    const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0
    const meanMs = sorted.reduce((sum, waitMs) => sum + waitMs, 0) / Math.max(1, sorted.length)
    return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), meanMs }
  }

  #person(person: number): PersonRecord {
    const record = this.#people[person]
    if (!record) throw new Error(`there is no person ${person}`)
    return record
  }
}

/**
 * 1 where all get the same, 1/n where one gets all: (Σx)² / (n Σx²), Jain, Chiu and Hawe, “A quantitative measure of fairness”,
 * DEC-TR-301, 1984. 1 where nobody got anything.
 */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0)
  const squares = shares.reduce((total, share) => total + share * share, 0)
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares)
}
