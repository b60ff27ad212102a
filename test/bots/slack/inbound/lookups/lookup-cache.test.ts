import { describe, expect, it } from 'vitest'
import { LookupCache } from '../../../../../src/bots/slack/inbound/lookups/lookup-cache.ts'
import { FakeClock } from '../../../../fakes/fake-clock.ts'

const minuteMs = 60_000

describe('LookupCache', () => {
  it('asks once for what many need at the same time, and again after ten minutes', async () => {
    const { cache, clock } = setUp()
    let asked = 0
    const look = async () => {
      asked += 1
      return `answer ${asked}`
    }
    expect(await Promise.all([cache.find('U1', look), cache.find('U1', look)])).toEqual([
      'answer 1',
      'answer 1',
    ])
    clock.advance(9 * minuteMs)
    expect(await cache.find('U1', look)).toBe('answer 1')
    clock.advance(2 * minuteMs)
    expect(await cache.find('U1', look)).toBe('answer 2')
  })

  it('knows nothing where Slack does not say, and asks again next time', async () => {
    const { cache } = setUp()
    expect(await cache.find('U1', async () => undefined)).toBeUndefined()
    expect(await cache.find('U1', async () => 'known now')).toBe('known now')
  })

  for (const [failure, look] of [
    ['does not say', async () => undefined],
    ['fails', async () => Promise.reject(new Error('no network'))],
  ] as const) {
    it(`keeps to what it knew where Slack ${failure} later`, async () => {
      const { cache, clock } = setUp()
      await cache.find('U1', async () => 'known')
      clock.advance(11 * minuteMs)
      expect(await cache.find('U1', look)).toBe('known')
      expect(await cache.find('U1', look)).toBe('known')
    })
  }

  it('tells nothing rather than what is old where that is asked for', async () => {
    const clock = new FakeClock()
    const cache = new LookupCache<string>(clock, { keptMs: minuteMs, acceptsStale: false })
    await cache.find('C1', async () => 'known')
    expect(await cache.find('C1', async () => undefined)).toBe('known')
    clock.advance(2 * minuteMs)
    expect(await cache.find('C1', async () => undefined)).toBeUndefined()
    expect(await cache.find('C1', async () => Promise.reject(new Error('no network')))).toBeUndefined()
  })

  it('refreshes a cached value on request', async () => {
    const { cache } = setUp()
    await cache.find('U1', async () => 'as it was')
    expect(await cache.refresh('U1', async () => 'as it is')).toBe('as it is')
    expect(await cache.find('U1', async () => 'not asked')).toBe('as it is')
  })

  it('waits 800 ms at most, and knows what came later from then on', async () => {
    const { cache, clock } = setUp()
    let answer = (_value: string) => {}
    const slow = () =>
      new Promise<string>(resolve => {
        answer = resolve
      })
    const found = cache.find('U1', slow)
    clock.advance(800)
    expect(await found).toBeUndefined()
    answer('late')
    expect(await cache.find('U1', slow)).toBe('late')
  })
})

function setUp(): { cache: LookupCache<string>; clock: FakeClock } {
  const clock = new FakeClock()
  return { cache: new LookupCache(clock), clock }
}
