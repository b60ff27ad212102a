/** Fake time that goes as fast as this process works: slowness of our own is seen, that of a busy machine is not. */
import { setImmediate } from 'node:timers/promises'
import type { FakeClock } from '../../fakes/fake-clock.ts'

/** Processor time of this process, in milliseconds. */
function workedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export interface PaceOptions {
  clock: FakeClock
  /** Fake milliseconds for each one of work. */
  speed?: number
  /** Hears how much fake time has passed. */
  tick?: (elapsedMs: number) => void
}

/** Lets the fake's time pass until `holds`. */
export async function atWorkPace(holds: () => boolean, options: PaceOptions): Promise<void> {
  const { clock, speed = 1, tick = () => {} } = options
  const beganMs = workedMs()
  let passedMs = 0
  while (!holds()) {
    await setImmediate()
    const elapsedMs = Math.floor((workedMs() - beganMs) * speed)
    clock.advance(elapsedMs - passedMs)
    passedMs = elapsedMs
    tick(elapsedMs)
  }
}
