import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deferred } from '../../src/engine/host/deferred.ts'
import { ByteBudget } from '../../src/net/byte-budget.ts'
import { FakeClock } from '../fakes/fake-clock.ts'

function aBudget(clock = new FakeClock()) {
  return new ByteBudget({ limitBytes: 100, timeLimitMs: 1000, maxWaiting: 3, clock })
}

/** Work that goes on until it is ended, and whether it has begun. */
function work() {
  const end = deferred<string>()
  const seen = { begun: false }
  return {
    seen,
    end: () => end.resolve('done'),
    run: () => {
      seen.begun = true
      return end.promise
    },
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('what fits goes at once, what does not waits its turn, and a large one is not passed over', async () => {
  const budget = aBudget()
  const [first, large, small] = [work(), work(), work()]
  const results = [budget.during(60, first.run), budget.during(50, large.run), budget.during(10, small.run)]
  await turns()
  expect([first, large, small].map(({ seen }) => seen.begun)).toEqual([true, false, false])
  first.end()
  await turns()
  expect([large, small].map(({ seen }) => seen.begun)).toEqual([true, true])
  large.end()
  small.end()
  expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
})

test('what is larger than the budget goes alone', async () => {
  const budget = aBudget()
  const [huge, next] = [work(), work()]
  const results = [budget.during(500, huge.run), budget.during(1, next.run)]
  await turns()
  expect([huge.seen.begun, next.seen.begun]).toEqual([true, false])
  huge.end()
  next.end()
  expect(await Promise.all(results)).toEqual(['done', 'done'])
})

test('work that waited too long, or is too far back, is refused, and later work moves up', async () => {
  const clock = new FakeClock()
  const budget = aBudget(clock)
  const held = work()
  const holding = budget.during(90, held.run)
  const [large, small] = [work(), work()]
  const results = [budget.during(50, large.run), budget.during(5, small.run)]
  clock.advance(1000)
  expect(await results[0]).toBeUndefined()
  expect(large.seen.begun).toBe(false)
  expect(small.seen.begun).toBe(true)
  small.end()
  expect(await results[1]).toBe('done')
  const waiting = [1, 2, 3].map(() => budget.during(50, work().run))
  expect(await budget.during(50, work().run)).toBeUndefined()
  clock.advance(1000)
  expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined])
  held.end()
  await holding
})

test('work that fails gives its bytes back', async () => {
  const budget = aBudget()
  await expect(budget.during(100, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await budget.during(100, async () => 'done')).toBe('done')
})

test('however many come, no more than the budget are under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 30 }), async sizes => {
      const budget = new ByteBudget({
        limitBytes: 100,
        timeLimitMs: 1000,
        maxWaiting: 100,
        clock: new FakeClock(),
      })
      let used = 0
      const done = sizes.map(bytes =>
        budget.during(bytes, async () => {
          used += bytes
          expect(used <= 100 || used === bytes).toBe(true)
          await turns()
          used -= bytes
          return bytes
        }),
      )
      expect(await Promise.all(done)).toEqual(sizes)
    }),
  )
})
