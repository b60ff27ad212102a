/** Exponential back-off, with jitter. */

export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  /** The ratio of successive pauses; 2 if absent. */
  readonly factor?: number
}

/** The pause in milliseconds after `failures` earlier failures: `firstMs` for 0, then growing by `factor` up to `maxMs`. */
export function backoffMs({ firstMs, maxMs, factor = 2 }: Backoff, failures: number): number {
  return Math.min(maxMs, firstMs * factor ** failures)
}

/**
 * A pause between half of `pauseMs` and all of it, so that simultaneous failures are not retried at the same time. `chance` is
 * random in [0, 1).
 */
export function jitteredMs(pauseMs: number, chance: number): number {
  return pauseMs * (0.5 + chance / 2)
}
