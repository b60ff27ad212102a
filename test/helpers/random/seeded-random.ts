/** Chance for tests that can be had again: its seed is printed, and SEED in the environment repeats a run. */

export interface SeededRandom {
  seed: number
  /** From 0 to 1, the end excluded. */
  next(): number
  /** From 0 to `count` - 1. */
  below(count: number): number
  /** @throws Error when the list is empty */
  pick<T>(list: readonly T[]): T
}

/** `what` says in the log whose seed it is. */
export function seededRandom(what: string): SeededRandom {
  const seed = Number(process.env.SEED) || Date.now() % 2 ** 31
  process.stdout.write(`${what}: SEED=${seed}\n`)
  // A linear congruential generator: enough to choose moments by.
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    seed,
    next,
    below,
    pick<T>(list: readonly T[]): T {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
  }
}
