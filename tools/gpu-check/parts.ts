/** Runs the parts of a check one after the other within one time limit, so that a slow card leaves parts out and not the table. */

export interface Row {
  readonly what: string
  readonly result: string
  /** Whether it is beyond its limits, or gave no numbers. */
  readonly isFailed?: boolean
}

export interface PartRow extends Row {
  readonly device: string
  readonly precision: string
}

export interface Part {
  readonly device: string
  readonly precision: string
  readonly what: string
  /** Rejects when the signal aborts, or soon after. */
  run(signal: AbortSignal): Promise<readonly Row[]>
  /** What is known when the part is given up. */
  soFar?(): readonly Row[]
}

/** With less left, a part is not begun: opening a full-size model alone takes longer. */
const leastMs = 5000

/**
 * Each part has an equal share of the time that is left, so that what one leaves over goes to those after it. A part that takes
 * longer is given up and named, as are those for which nothing is left.
 */
export async function runParts(
  parts: readonly Part[],
  limitMs: number,
  monotonicMs: () => number,
): Promise<PartRow[]> {
  const endMs = monotonicMs() + limitMs
  const rows: PartRow[] = []
  for (const [i, part] of parts.entries()) {
    const shareMs = (endMs - monotonicMs()) / (parts.length - i)
    const { device, precision } = part
    rows.push(...(await runWithin(part, shareMs)).map(row => ({ device, precision, ...row })))
  }
  return rows
}

async function runWithin({ what, run, soFar }: Part, limitMs: number): Promise<readonly Row[]> {
  if (limitMs < leastMs) return [{ what, result: 'left out: no time is left' }]
  const seconds = Math.round(limitMs / 1000)
  const abort = new AbortController()
  const late = () => [...(soFar?.() ?? []), { what, result: `left out: not done after ${seconds} s` }]
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<readonly Row[]>(resolve => {
    timer = setTimeout(() => {
      abort.abort()
      resolve(late())
    }, limitMs)
  })
  const done = run(abort.signal).catch(error =>
    abort.signal.aborted ? late() : [{ what, result: String(error), isFailed: true }],
  )
  return Promise.race([done, limit]).finally(() => clearTimeout(timer))
}
