import { expect, test } from 'vitest'
import { deferred } from '../../src/engine/host/deferred.ts'
import { ByteBudgetPerKey } from '../../src/net/byte-budget-per-key.ts'
import { FakeClock } from '../fakes/fake-clock.ts'

test('a key whose budget is used up waits, and another key does not', async () => {
  const clock = new FakeClock()
  const budgets = new ByteBudgetPerKey({ limitBytes: 100, timeLimitMs: 1000, maxWaiting: 1, clock })
  const held = deferred<string>()
  const first = budgets.during('a', 80, () => held.promise)
  const late = budgets.during('a', 80, async () => 'late')
  expect(await budgets.during('a', 80, async () => 'beyond the line')).toBeUndefined()
  expect(await budgets.during('b', 80, async () => 'other')).toBe('other')
  clock.advance(1000)
  expect(await late).toBeUndefined()
  held.resolve('first')
  expect(await first).toBe('first')
  expect(await budgets.during('a', 80, async () => 'again')).toBe('again')
})
