import { describe, expect, it } from 'vitest'
import { RateLimiter } from '../../../../src/bots/slack/transport/rate-limiter.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

const bucket = 'chat.postMessage C1'

function limiter() {
  const clock = new FakeClock()
  return { clock, limiter: new RateLimiter(clock) }
}

describe('the pace of calls to Slack', () => {
  it('gives each of a crowd a time of its own, at which it may go', () => {
    const { clock, limiter: all } = limiter()
    for (let i = 0; i < 4; i++) expect(all.take('T', bucket)).toBe(0)
    const waits = Array.from({ length: 5 }, () => all.take('T', bucket))
    expect(waits).toEqual([1000, 2000, 3000, 4000, 5000])
    for (const _ of waits) {
      clock.advance(1000)
      expect(all.take('T', bucket)).toBe(0)
    }
  })

  it('lets no more through in a minute than a tier allows, but for the burst', () => {
    const { clock, limiter: all } = limiter()
    let passed = 0
    for (let ms = 0; ms < 60_000; ms += 100) {
      if (all.take('T', 'chat.update') === 0) passed += 1
      clock.advance(100)
    }
    expect(passed).toBeGreaterThanOrEqual(50)
    expect(passed).toBeLessThanOrEqual(60)
  })

  it('sends nothing while Slack wants no call, and then one by one', () => {
    const { clock, limiter: all } = limiter()
    all.close('T', bucket, 30_000)
    expect(all.left('T', bucket)).toBe(0)
    expect([all.take('T', bucket), all.take('T', bucket)]).toEqual([30_000, 31_000])
    clock.advance(29_999)
    expect(all.take('T', bucket)).toBeGreaterThan(0)
    clock.advance(1)
    expect(all.take('T', bucket)).toBe(0)
    expect(all.take('T', bucket)).toBeGreaterThan(0)
  })

  it('separates workspaces, channels and methods, and never delays a reply to a waiting person', () => {
    const { limiter: all } = limiter()
    for (let i = 0; i < 5; i++) all.take('T', bucket)
    expect(all.take('T', 'chat.postMessage C2')).toBe(0)
    expect(all.take('U', bucket)).toBe(0)
    for (let i = 0; i < 200; i++) expect(all.take('T', 'views.open')).toBe(0)
  })

  it('spares what may be left out before what matters has to wait', () => {
    const { limiter: all } = limiter()
    let spared = 0
    while (all.canSpare('T', 'chat.update')) {
      all.take('T', 'chat.update')
      spared += 1
    }
    expect(spared).toBe(5)
    expect(all.take('T', 'chat.update')).toBe(0)
  })
})
