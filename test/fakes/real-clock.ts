/** The machine's own time, for tests whose other side waits in real time. */
import type { Clock } from '../../src/ports.ts'

export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}
