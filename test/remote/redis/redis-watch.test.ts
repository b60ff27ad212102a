/** Promises of the checks of a Redis in use: each problem is reported once, and errors cost few checks. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { RedisProblem } from '../../../src/errors/redis-problem.ts'
import { RedisWatch } from '../../../src/remote/redis/redis-watch.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'

/** A watch over a Redis with the problem that the test sets. */
function watched(reported?: RedisProblem) {
  const clock = new FakeClock()
  const state: { problem?: RedisProblem | undefined; checks: number; reports: string[] } = {
    checks: 0,
    reports: [],
  }
  const watch = new RedisWatch({
    clock,
    reported,
    check() {
      state.checks += 1
      return Promise.resolve(state.problem ? [state.problem] : [])
    },
    report: problem => state.reports.push(problem?.what ?? 'usable'),
  })
  /** Checks end between the clock's moves. */
  const passes = async (ms: number) => {
    await setImmediate()
    for (const endMs = clock.monotonicMs() + ms; clock.monotonicMs() < endMs; ) {
      clock.advance(1000)
      await setImmediate()
    }
  }
  return { state, watch, passes }
}

const full: RedisProblem = { what: 'full', place: 'memory' }

test('a hundred errors are one check, and one more after a pause', async () => {
  const { passes, state, watch } = watched()
  for (let error = 0; error < 100; error++) watch.requestCheck()
  await passes(1000)
  expect(state.checks).toBe(1)
  await passes(1000)
  expect(state.checks).toBe(2)
  await passes(60_000)
  expect(state.checks).toBe(2)
})

test('a problem is reported once, and so is its end without another error', async () => {
  const { passes, state, watch } = watched()
  state.problem = full
  watch.requestCheck()
  await passes(10_000)
  expect(state.reports).toEqual(['full'])
  state.problem = undefined
  await passes(10_000)
  expect(state.reports).toEqual(['full', 'usable'])
})

test('what was reported at the start is not reported again', async () => {
  const { passes, state, watch } = watched(full)
  state.problem = full
  watch.requestCheck()
  await passes(10_000)
  expect(state.reports).toEqual([])
})

test('an ended watch checks nothing', async () => {
  const { passes, state, watch } = watched()
  state.problem = full
  watch.requestCheck()
  await passes(0)
  watch.end()
  watch.requestCheck()
  await passes(60_000)
  expect(state).toMatchObject({ checks: 1, reports: ['full'] })
})
