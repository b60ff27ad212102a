/** Random mishaps of a platform's calls, and moments between them in which the process is killed. */
import type { SeededRandom } from './seeded-random.ts'

export type RandomMishap<Refusal> =
  | { kind: 'cut'; when: 'before' | 'after' }
  | { kind: 'unavailable' }
  | { kind: 'refusal'; refusal: Refusal }

/** How likely a call meets a mishap. */
const chance = 0.12
/** A kill falls at one of so many calls. */
const callsBeforeKill = 60

export class RandomMishaps {
  readonly #random: SeededRandom
  /** Calls until the process is killed. */
  #callsLeft = Number.POSITIVE_INFINITY
  mishaps = 0
  kills = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  /**
   * What becomes of the next call, where these refusals are possible; undefined: it works. A call that times out ends
   * like one that is cut off: silence would be waited for in the machine's own time (test/e2e/outage.test.ts).
   */
  next<Refusal>(refusals: readonly Refusal[]): RandomMishap<Refusal> | undefined {
    const random = this.#random
    this.#callsLeft -= 1
    if (random.next() >= chance) return undefined
    this.mishaps += 1
    const when = random.pick(['before', 'after'] as const)
    const how = random.next()
    if (how < 0.25) return { kind: 'cut', when }
    if (how < 0.35 || refusals.length === 0) return { kind: 'unavailable' }
    return { kind: 'refusal', refusal: random.pick(refusals) }
  }

  planKill(): void {
    this.#callsLeft = this.#random.below(callsBeforeKill)
  }

  get isKillDue(): boolean {
    return this.#callsLeft < 0
  }

  killed(): void {
    this.#callsLeft = Number.POSITIVE_INFINITY
    this.kills += 1
  }
}
