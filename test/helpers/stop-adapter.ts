/** Stops a chat adapter whose time limits are on a fake clock. */
import type { FakeClock } from '../fakes/fake-clock.ts'
import { realClock } from '../fakes/real-clock.ts'

/** What is not over after that is taken to wait for the fake clock. */
const patienceMs = 500

/** A client whose gateway was just killed may never close, and a request may wait: fake time passes until the limits end. */
export async function stopAdapter(adapter: { stop(): Promise<void> }, clock: FakeClock): Promise<void> {
  let isStopped = false
  const stopped = adapter.stop().finally(() => {
    isStopped = true
  })
  await Promise.race([stopped, pause(patienceMs)])
  while (!isStopped) {
    clock.advance(250)
    await pause(2)
  }
  await stopped
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => realClock.after(ms, resolve))
}
