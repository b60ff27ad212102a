/** Exponential back-off. */

export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
  /** The ratio of successive pauses; 2 if absent. */
  readonly factor?: number
}

/** The pause after `failures` earlier failures: the first one for 0, then growing by the factor up to the longest. */
export function backoffMs({ firstMs, longestMs, factor = 2 }: Backoff, failures: number): number {
  return Math.min(longestMs, firstMs * factor ** failures)
}
