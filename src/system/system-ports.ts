/** The system's implementation of the ports: the only place that reads time, identifiers and randomness from the machine. */
import { randomInt } from 'node:crypto'
import type { Clock, Ids, Random } from './ports.ts'

/** setTimeout fires at once for longer delays: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const maxTimerMs = 2 ** 31 - 1

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, fire: () => void) {
    const dueMs = performance.now() + delayMs
    let timer: NodeJS.Timeout
    // Node counts whole milliseconds and may fire up to one early, but the callback must see that the time has passed.
    const wait = () => {
      timer = setTimeout(
        () => (performance.now() < dueMs ? wait() : fire()),
        Math.min(Math.max(0, dueMs - performance.now()), maxTimerMs),
      )
    }
    wait()
    return () => clearTimeout(timer)
  },
})

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
const idLength = 16

/** 16 letters of 36: 82 bits, unguessable. `randomInt` is unbiased, and Node buffers random numbers for it. */
export const systemIds: Ids = Object.freeze({
  next() {
    let id = ''
    while (id.length < idLength) id += alphabet.charAt(randomInt(alphabet.length))
    return id
  },
})

export const systemRandom: Random = Object.freeze({ uint32: () => randomInt(2 ** 32) })
