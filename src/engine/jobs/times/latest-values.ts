/** The latest values of one quantity, with their quantiles: a new value costs a search, not a sort. */
import { positionIn } from '../../../common/collections/position-in.ts'

const ascending = (a: number, b: number) => a - b

export class LatestValues {
  readonly #limit: number
  /** In the order of their arrival; the oldest one is at `#oldest` once there are `limit`. */
  readonly #values: number[] = []
  readonly #sorted: number[] = []
  #oldest = 0

  /** `limit`: the maximum number of values. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(value: number): void {
    const replaced = this.#values.length < this.#limit ? undefined : this.#values[this.#oldest]
    if (replaced === undefined) this.#values.push(value)
    else {
      this.#values[this.#oldest] = value
      this.#oldest = (this.#oldest + 1) % this.#limit
      this.#sorted.splice(positionIn(this.#sorted, replaced, ascending), 1)
    }
    this.#sorted.splice(positionIn(this.#sorted, value, ascending), 0, value)
  }

  /** The smallest value that at least this share of the values does not exceed; undefined before the first value. */
  quantile(share: number): number | undefined {
    return this.#sorted[Math.ceil(this.#sorted.length * share) - 1]
  }
}
