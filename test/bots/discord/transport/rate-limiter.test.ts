import { describe, expect, it } from 'vitest'
import { RateLimiter } from '../../../../src/bots/discord/transport/rate-limiter.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

const usedUp = {
  method: 'POST',
  route: '/channels/:id/messages',
  majorParameter: '1',
  limit: 5,
  retryAfter: 1000,
}

describe('retry times', () => {
  it('bring a crowd back in groups that the limit lets through, a window apart', () => {
    const limiter = new RateLimiter(new FakeClock())
    limiter.recordReset('POST', usedUp.route, 5000)
    const waits = Array.from({ length: 12 }, () => limiter.retryAfter(usedUp))
    expect(waits).toEqual([...Array(5).fill(1000), ...Array(5).fill(6000), ...Array(2).fill(11000)])
    expect(limiter.retryAfter({ ...usedUp, majorParameter: '2' })).toBe(1000)
  })

  it('use every window although each begins a little later than the one before it was thought to end', () => {
    const clock = new FakeClock()
    const limiter = new RateLimiter(clock)
    limiter.recordReset('POST', usedUp.route, 5000)
    /** Discord's side: a window begins with its first request, which takes 40 ms to get there. */
    let window = { endsMs: 0, left: 0 }
    let sent = 0
    const send = (): void => {
      const nowMs = clock.monotonicMs()
      if (nowMs >= window.endsMs) window = { endsMs: nowMs + 40 + 5000, left: 5 }
      window.left -= 1
      if (window.left >= 0) sent += 1
      else clock.after(limiter.retryAfter({ ...usedUp, retryAfter: window.endsMs - nowMs }), send)
    }
    for (let i = 0; i < 60; i++) send()
    // No wait is shorter than 50 ms.
    clock.advance(11 * 5040 + 50)
    expect(sent).toBe(60)
  })

  it('begin anew once all are over', () => {
    const clock = new FakeClock()
    const limiter = new RateLimiter(clock)
    for (let i = 0; i < 7; i++) limiter.retryAfter(usedUp)
    clock.advance(60_000)
    expect(limiter.retryAfter(usedUp)).toBe(1000)
  })

  it('let 40 requests a second through, and make the next ones wait for the seconds after', () => {
    const clock = new FakeClock()
    const limiter = new RateLimiter(clock)
    const take = (count: number) => Array.from({ length: count }, () => limiter.take())
    clock.advance(5000)
    expect(take(40)).toEqual(Array(40).fill(0))
    const late = take(50)
    expect(late.slice(0, 40)).toEqual(Array(40).fill(1000))
    expect(late.slice(40)).toEqual(Array(10).fill(2000))
    clock.advance(1000)
    expect(take(1)).toEqual([0])
  })

  it('have no room for progress where results need it', () => {
    const clock = new FakeClock()
    const limiter = new RateLimiter(clock)
    clock.advance(5000)
    expect(limiter.canSpare()).toBe(true)
    for (let i = 0; i < 30; i++) expect(limiter.take()).toBe(0)
    expect(limiter.canSpare()).toBe(false)
    clock.advance(1000)
    expect(limiter.canSpare()).toBe(true)
  })
})
