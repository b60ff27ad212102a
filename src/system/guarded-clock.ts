/** A clock whose timers log what their callbacks throw, instead of ending the process. */
import { toAppError } from '../errors/errors.ts'
import type { Clock, Logger } from './ports.ts'

export function guardedClock(clock: Clock, log: Pick<Logger, 'error'>): Clock {
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    after(delayMs, fire) {
      return clock.after(delayMs, () => {
        try {
          fire()
        } catch (error) {
          log.error({ error: toAppError(error) }, 'a timer failed')
        }
      })
    },
  }
}
