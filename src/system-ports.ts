/** The real outside world behind the ports: the only place that asks the machine for time, identifiers and chance. */
import { randomBytes, randomInt } from 'node:crypto'
import type { Clock, Ids, Random } from './ports.ts'

/** setTimeout fires at once beyond this: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, fire: () => void) {
    const dueMs = performance.now() + delayMs
    let timer: NodeJS.Timeout
    // Node counts whole milliseconds and may be up to one early; who asks what time it is must find it to be due.
    const wait = () => {
      timer = setTimeout(
        () => (performance.now() < dueMs ? wait() : fire()),
        Math.min(Math.max(0, dueMs - performance.now()), longestTimerMs),
      )
    }
    wait()
    return () => clearTimeout(timer)
  },
})

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
const idLength = 16
/** Bytes from here on would favour the first letters of the alphabet: 252 = 7 × 36. */
const firstUnfairByte = 252

/** 16 letters of 36: 82 bits, unguessable. */
export const systemIds: Ids = Object.freeze({
  next() {
    let id = ''
    while (id.length < idLength) {
      for (const byte of randomBytes(idLength)) {
        if (byte < firstUnfairByte && id.length < idLength) id += alphabet.charAt(byte % alphabet.length)
      }
    }
    return id
  },
})

export const systemRandom: Random = Object.freeze({ uint32: () => randomInt(2 ** 32) })
