import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StartTimeFairQueue } from '../../../src/remote/machine/start-time-fair-queue.ts'

interface Gateway {
  weight: number
  runsMs: number[]
}

const gateways = fc.array(
  fc.record({
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    runsMs: fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 }),
  }),
  { minLength: 2, maxLength: 6 },
)

/** Each gateway does its runs one after another; what each has used of the device, after each run. */
function serve(all: readonly Gateway[]): { served: number; usedMs: number[] }[] {
  const queue = new StartTimeFairQueue()
  const done = all.map(() => 0)
  const usedMs = all.map(() => 0)
  const history: { served: number; usedMs: number[] }[] = []
  for (const [i] of all.entries()) queue.arrive(String(i))
  for (;;) {
    const next = queue.next()
    if (next === undefined) return history
    const served = Number(next)
    const { weight, runsMs } = all[served] ?? { weight: 1, runsMs: [] }
    const runMs = runsMs[done[served] ?? 0] ?? 0
    queue.begin(next)
    queue.end(next, runMs, weight)
    done[served] = (done[served] ?? 0) + 1
    usedMs[served] = (usedMs[served] ?? 0) + runMs
    history.push({ served, usedMs: [...usedMs] })
    if ((done[served] ?? 0) < runsMs.length) queue.arrive(next)
  }
}

test('while two gateways have work, their shares by weight differ by less than one run of each', () => {
  fc.assert(
    fc.property(gateways, all => {
      const history = serve(all)
      expect(history).toHaveLength(all.reduce((sum, { runsMs }) => sum + runsMs.length, 0))
      for (const [a, one] of all.entries()) {
        for (const [b, other] of all.entries()) {
          const lastOf = (i: number) => history.findLastIndex(({ served }) => served === i)
          const end = Math.min(lastOf(a), lastOf(b))
          const bound = Math.max(...one.runsMs) / one.weight + Math.max(...other.runsMs) / other.weight
          const differences = history
            .slice(0, end)
            .map(({ usedMs }) => Math.abs((usedMs[a] ?? 0) / one.weight - (usedMs[b] ?? 0) / other.weight))
          expect(Math.max(0, ...differences)).toBeLessThanOrEqual(bound * (1 + 1e-9))
        }
      }
    }),
    { seed: Number(process.env.SEED) || Date.now() % 2 ** 31, numRuns: 200 },
  )
})

test('a gateway that had nothing to do saves up nothing', () => {
  const queue = new StartTimeFairQueue()
  const served: string[] = []
  const run = (): void => {
    const next = queue.next() ?? ''
    queue.begin(next)
    queue.end(next, 10, 1)
    queue.arrive(next)
    served.push(next)
  }
  queue.arrive('busy')
  for (let i = 0; i < 100; i++) run()
  queue.arrive('new')
  served.length = 0
  for (let i = 0; i < 6; i++) run()
  expect(served.filter(name => name === 'new')).toHaveLength(3)
})

test('the device is held for a gateway that is owed its next run, and for no other', () => {
  const queue = new StartTimeFairQueue()
  queue.arrive('heavy')
  queue.arrive('light')
  queue.begin('heavy')
  queue.end('heavy', 10, 3)
  // As long as `light` has done nothing, its turn is at 0.
  expect(queue.wouldComeFirst('heavy')).toBe(false)
  queue.begin('light')
  queue.end('light', 10, 1)
  queue.arrive('light')
  expect(queue.wouldComeFirst('heavy')).toBe(true)
  expect(queue.wouldComeFirst('light')).toBe(false)
  queue.forget('heavy')
  expect(queue.wouldComeFirst('heavy')).toBe(false)
})
