/** The time limit of tests that run in rounds: each round has one, and the test has none. The machine may be busy for hours. */

/** For `timeout` of such a test: vitest then sets no limit of its own (https://vitest.dev/config/testtimeout). */
export const noLimit = 0

/** The limit of a whole short test: a round that needs as long hangs. */
const roundLimitMs = 240_000

/** @throws Error with the round's name when it has not ended within the limit. */
export async function withinRoundLimit<T>(round: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${round} did not end in ${roundLimitMs} ms`)), roundLimitMs)
  })
  try {
    return await Promise.race([work, hangs])
  } finally {
    clearTimeout(timer)
  }
}
