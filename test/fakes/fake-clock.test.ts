import { describe, expect, it } from 'vitest'
import { FakeClock } from './fake-clock.ts'

describe('the fake clock', () => {
  it('stands still until it is advanced', () => {
    const clock = new FakeClock(1000)
    expect([clock.now(), clock.monotonicMs()]).toEqual([1000, 0])
    clock.advance(250)
    expect([clock.now(), clock.monotonicMs()]).toEqual([1250, 250])
  })

  it('fires timers in order of time, each at its own instant, also those set on the way', () => {
    const clock = new FakeClock(0)
    const seen: string[] = []
    clock.after(30, () => seen.push(`late ${clock.now()}`))
    clock.after(10, () => {
      seen.push(`early ${clock.now()}`)
      clock.after(10, () => seen.push(`chained ${clock.now()}`))
    })
    clock.advance(30)
    expect(seen).toEqual(['early 10', 'chained 20', 'late 30'])
    expect(clock.pending).toBe(0)
  })

  it('does not fire what was cancelled or is not yet due', () => {
    const clock = new FakeClock()
    const seen: string[] = []
    const cancel = clock.after(5, () => seen.push('cancelled'))
    clock.after(11, () => seen.push('later'))
    cancel()
    clock.advance(10)
    expect(seen).toEqual([])
    expect(clock.pending).toBe(1)
  })

  it('lets the wall clock jump without touching durations', () => {
    const clock = new FakeClock(0)
    clock.setWall(3_600_000)
    expect(clock.monotonicMs()).toBe(0)
    clock.advance(1)
    expect([clock.now(), clock.monotonicMs()]).toEqual([3_600_001, 1])
  })
})
