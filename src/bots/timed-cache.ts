/** A bounded cache whose entries expire by Easel's clock; the least recently used go first where it is full. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../ports.ts'

/** Whole milliseconds; `set` may give an entry a time of its own. */
export function timedCache<Value extends NonNullable<unknown>>(
  clock: Clock,
  { max, ttlMs }: { max: number; ttlMs: number },
): LRUCache<string, Value> {
  return new LRUCache({ max, ttl: ttlMs, ...onClock(clock) })
}

/** What makes a cache look at this clock whenever it is asked, and set no timer of its own. */
export function onClock(clock: Clock): { perf: { now(): number }; ttlResolution: number } {
  // The library takes a start at 0 for "lives for ever", and a clock may well show 0.
  return { perf: { now: () => clock.monotonicMs() + 1 }, ttlResolution: 0 }
}
