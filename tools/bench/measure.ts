/** Times and their summary: several ways of doing a thing, measured in turn so that a busy machine hurts them alike. */

/** Milliseconds. */
export interface Times {
  readonly medianMs: number
  readonly leastMs: number
}

export function timesOf(samples: readonly number[]): Times {
  return { medianMs: median(samples), leastMs: Math.min(...samples) }
}

/** The upper one of two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.trunc(values.length / 2)] ?? Number.NaN
}

/**
 * Runs every way once unmeasured, then all of them in turn, `rounds` times.
 * Returns what each way gave, round by round, in the order of the ways.
 */
export async function interleaved<Result>(
  ways: readonly (() => Promise<Result>)[],
  rounds: number,
): Promise<Result[][]> {
  for (const way of ways) await way()
  const results: Result[][] = ways.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, way] of ways.entries()) results[i]?.push(await way())
  }
  return results
}

export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

/** How two pictures of one size differ, over all their 8-bit values. */
export interface Difference {
  readonly meanAbsolute: number
  readonly greatest: number
  /** Peak signal-to-noise ratio; Infinity where they are equal. */
  readonly psnrDb: number
}

export function differenceOf(one: Uint8Array, other: Uint8Array): Difference {
  let [sum, squares, greatest] = [0, 0, 0]
  for (const [i, value] of one.entries()) {
    const difference = Math.abs(value - (other[i] ?? 0))
    sum += difference
    squares += difference ** 2
    greatest = Math.max(greatest, difference)
  }
  const psnrDb = 10 * Math.log10((255 ** 2 * one.length) / squares)
  return { meanAbsolute: sum / one.length, greatest, psnrDb }
}
