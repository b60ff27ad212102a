/** Waiting until a device of a test's Easel does a run. */
import type { TestEasel } from './build-test-easel.ts'

export async function running(t: TestEasel): Promise<void> {
  await t.until(() => t.workers.underway.length > 0)
}

/** Turns the loop and moves the clock on, a little at a time, until a run is under way; the fake time that passed. */
export async function runningAgain(t: TestEasel): Promise<number> {
  const startMs = t.clock.monotonicMs()
  while (t.workers.underway.length === 0) {
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    if (t.workers.underway.length === 0) t.clock.advance(100)
  }
  return t.clock.monotonicMs() - startMs
}
