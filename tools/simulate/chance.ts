/** Reproducible chance: a seeded generator and the distributions that the arrivals are drawn from. */

export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Uniform in [0, 1). Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** exp(ln median + sigma z) with a standard normal z by Box and Muller. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.uniform()))
  }

  /** From 1 on, P(X > x) = x^-alpha, cut off at `max`. */
  pareto(alpha: number, max: number): number {
    return Math.min(max, (1 - this.uniform()) ** (-1 / alpha))
  }

  /** At least 1, with that mean. */
  geometric(mean: number): number {
    return mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - this.uniform()) / Math.log(1 - 1 / mean))
  }

  /** A whole number around `mean`, one of its two neighbours, so that the mean holds. */
  rounded(mean: number): number {
    return Math.floor(mean) + (this.uniform() < mean % 1 ? 1 : 0)
  }

  /** An index, each as likely as its weight says. */
  index(weights: readonly number[]): number {
    let left = this.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
    for (const [i, weight] of weights.entries()) {
      left -= weight
      if (left < 0) return i
    }
    return weights.length - 1
  }
}
