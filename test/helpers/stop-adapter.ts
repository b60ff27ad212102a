/** Stops a chat adapter whose time limits are on a fake clock. */
import type { FakeClock } from '../fakes/fake-clock.ts'
import { letTimePass } from './let-time-pass.ts'

/** A client whose gateway was just killed may never close, and a request may wait: fake time passes until the limits end. */
export function stopAdapter(adapter: { stop(): Promise<void> }, clock: FakeClock): Promise<void> {
  return letTimePass(adapter.stop(), clock, { graceMs: 500, stepMs: 250 })
}
