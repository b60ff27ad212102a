/** How late the event loop of a server was, as its log says at its end, at `info` (src/system/event-loop.ts). */
import type { EventLoopDelays } from '../../../src/system/event-loop.ts'

/** In milliseconds; what the log does not say is absent. Waiting for a busy processor is in it. */
export function eventLoopDelays(lines: readonly string[]): Partial<EventLoopDelays> {
  return JSON.parse(lines.find(line => line.includes('eventLoopP99Ms')) ?? '{}')
}
