/** Runs the parts of a check one after the other within one time limit, so that a slow card leaves parts out and not the table. */

export interface Row {
  readonly what: string
  readonly result: string
}

export interface Part {
  readonly device: string
  readonly precision: string
  readonly what: string
  /** Rejects when the signal aborts, or soon after. */
  run(signal: AbortSignal): Promise<readonly Row[]>
}

/** With less left, a part is not begun: opening a full-size model alone takes longer. */
const leastMs = 5000

/**
 * Each part has an equal share of the time that is left, so that what one leaves over goes to those after it. A part that takes
 * longer is given up and named, as are those for which nothing is left.
 * @returns rows of device, precision, what, result.
 */
export async function runParts(
  parts: readonly Part[],
  limitMs: number,
  monotonicMs: () => number,
): Promise<string[][]> {
  const endMs = monotonicMs() + limitMs
  const rows: string[][] = []
  for (const [i, part] of parts.entries()) {
    const shareMs = (endMs - monotonicMs()) / (parts.length - i)
    for (const { what, result } of await runWithin(part, shareMs)) {
      rows.push([part.device, part.precision, what, result])
    }
  }
  return rows
}

async function runWithin({ what, run }: Part, limitMs: number): Promise<readonly Row[]> {
  if (limitMs < leastMs) return [{ what, result: 'left out: no time is left' }]
  const seconds = Math.round(limitMs / 1000)
  const abort = new AbortController()
  const late = [{ what, result: `left out: not done after ${seconds} s` }]
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<readonly Row[]>(resolve => {
    timer = setTimeout(() => {
      abort.abort()
      resolve(late)
    }, limitMs)
  })
  const done = run(abort.signal).catch(error =>
    abort.signal.aborted ? late : [{ what, result: String(error) }],
  )
  return Promise.race([done, limit]).finally(() => clearTimeout(timer))
}
