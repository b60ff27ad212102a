/** Exponential back-off, with jitter. */

export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  /** The ratio of successive pauses; 2 if absent. */
  readonly factor?: number
}

/** The pause after `failures` earlier failures: the first one for 0, then growing by the factor up to the longest. */
export function backoffMs({ firstMs, maxMs, factor = 2 }: Backoff, failures: number): number {
  return Math.min(maxMs, firstMs * factor ** failures)
}

/** A pause between half of `pauseMs` and all of it. `chance` in [0, 1): what failed together is not retried together. */
export function jitteredMs(pauseMs: number, chance: number): number {
  return pauseMs * (0.5 + chance / 2)
}
