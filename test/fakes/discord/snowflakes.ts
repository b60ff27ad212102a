/** Discord's ids: milliseconds since 2015 shifted left by 22 bits, over a counter. */
import type { Clock } from '../../../src/system/ports.ts'

/** The first instant of 2015, in milliseconds since 1970. */
const epochMs = 1_420_070_400_000n

export class Snowflakes {
  readonly #clock: Clock
  #last = 0n

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Larger than every id before it, also within one millisecond. */
  next(): string {
    const earliest = (BigInt(this.#clock.now()) - epochMs) << 22n
    this.#last = earliest > this.#last ? earliest : this.#last + 1n
    return this.#last.toString()
  }
}
