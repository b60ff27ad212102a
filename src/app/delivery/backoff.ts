/** The wait of a delivery after a fault: as the platform states, otherwise exponential back-off. Pure except for randomness. */
import { backoffMs, jitteredMs } from '../../common/backoff.ts'
import { type AppError, hasCode } from '../../errors/errors.ts'
import type { Random } from '../../system/ports.ts'

const firstPauseMs = 1000
export const maxPauseMs = 300_000

/**
 * The pause in milliseconds. `failures` includes this one. Half of a pause is random, so that many deliveries do not retry at the
 * same time.
 */
export function pauseAfter(fault: AppError, failures: number, random: Random): number {
  if (hasCode(fault, 'platform-busy')) return fault.details.retryAfterMs
  return exponentialPause(failures, random)
}

export function exponentialPause(failures: number, random: Random): number {
  const fullMs = backoffMs({ firstMs: firstPauseMs, maxMs: maxPauseMs }, failures - 1)
  return jitteredMs(fullMs, random.uint32() / 2 ** 32)
}
