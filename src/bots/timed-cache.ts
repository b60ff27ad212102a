/** A bounded LRU cache whose entries expire by Easel's clock. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../system/ports.ts'

/** Times are whole milliseconds; `set` may override the time of an entry. */
export function timedCache<Value extends NonNullable<unknown>>(
  clock: Clock,
  { max, ttlMs }: { max: number; ttlMs: number },
): LRUCache<string, Value> {
  return new LRUCache({ max, ttl: ttlMs, ...onClock(clock) })
}

/** Options that make a cache read this clock at every access, without timers. */
export function onClock(clock: Clock): { perf: { now(): number }; ttlResolution: number } {
  // The library interprets a start of 0 as "never expires", and a clock may show 0.
  return { perf: { now: () => clock.monotonicMs() + 1 }, ttlResolution: 0 }
}
