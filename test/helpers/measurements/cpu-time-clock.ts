/** A fake clock that advances by this process's processor time: slowness of our own is seen, that of a busy machine is not. */
import { setImmediate } from 'node:timers/promises'
import type { FakeClock } from '../../fakes/fake-clock.ts'

/** Processor time of this process, in milliseconds. */
function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export interface CpuTimeOptions {
  clock: FakeClock
  /** Fake milliseconds for each millisecond of processor time. */
  speed?: number
  /** Hears how much fake time has passed. */
  tick?: (elapsedMs: number) => void
}

/** Advances the fake clock until `holds`. */
export async function atCpuTime(holds: () => boolean, options: CpuTimeOptions): Promise<void> {
  const { clock, speed = 1, tick = () => {} } = options
  const beganMs = cpuTimeMs()
  let passedMs = 0
  while (!holds()) {
    await setImmediate()
    const elapsedMs = Math.floor((cpuTimeMs() - beganMs) * speed)
    clock.advance(elapsedMs - passedMs)
    passedMs = elapsedMs
    tick(elapsedMs)
  }
}
