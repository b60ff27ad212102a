import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nothingNeeded } from '../../../src/common/memory-need.ts'
import { nextJob, type PersonQueue, servingOrder } from '../../../src/engine/jobs/fair-order.ts'
import { JobQueue } from '../../../src/engine/jobs/job-queue.ts'
import type { QueuedJob } from '../../../src/engine/jobs/job-store.ts'
import { horizon, simulateQueue } from '../../../src/engine/jobs/times/forecast.ts'
import { SimulatedQueue } from '../../../src/engine/jobs/times/simulated-queue.ts'

let seqs = 0
function job(personId: number, changes: Partial<QueuedJob> = {}): QueuedJob {
  seqs += 1
  return {
    jobId: `job-${seqs}`,
    personId,
    priority: 0,
    seq: seqs,
    waitedMs: 0,
    modelHash: 'sdxl',
    needs: ['sdxl'],
    neededMemory: nothingNeeded,
    size: { kind: 'paint', pictures: 1, steps: 20, pixels: 1024 * 1024 },
    ...changes,
  }
}

const always = () => true
const big = { cpu: 9e9, float32: 9e9, float16: 9e9 }
const cold: ReadonlySet<string> = new Set()

function serve(queue: JobQueue, warm = cold): QueuedJob | undefined {
  const candidate = queue.next(warm, always)
  if (candidate) queue.serve(candidate)
  return candidate?.job
}

function serveAll(queue: JobQueue, warm = cold): number[] {
  const people: number[] = []
  for (let served = serve(queue, warm); served; served = serve(queue, warm)) people.push(served.personId)
  return people
}

describe('the line', () => {
  test('is fair between people, in any order of arrival and number of jobs', () => {
    const queue = new JobQueue()
    for (let i = 0; i < 5; i++) queue.add(job(1))
    queue.add(job(2))
    queue.add(job(2))
    queue.add(job(3))
    expect(serveAll(queue)).toEqual([1, 2, 3, 1, 2, 1, 1, 1])
  })

  test('lets a newcomer into the round that is going on', () => {
    const queue = new JobQueue()
    for (let i = 0; i < 4; i++) queue.add(job(1))
    for (let i = 0; i < 4; i++) queue.add(job(2))
    expect([serve(queue)?.personId, serve(queue)?.personId, serve(queue)?.personId]).toEqual([1, 2, 1])
    queue.add(job(3))
    // Person 2 is older and has not been served in this round either.
    expect(serveAll(queue)).toEqual([2, 3, 1, 2, 1, 2])
  })

  test('of jobs with the same needs asks about one, until the last of them has left', () => {
    const queue = new JobQueue()
    const jobs = Array.from({ length: 1000 }, (_, i) =>
      job(i, { neededMemory: i === 7 ? big : nothingNeeded }),
    )
    for (const one of jobs) queue.add(one)
    const asked: string[] = []
    const refuse = ({ jobId }: QueuedJob) => {
      asked.push(jobId)
      return false
    }
    expect(queue.hasJobFor(refuse)).toBe(false)
    expect(asked).toHaveLength(2)
    const isBig = ({ neededMemory }: QueuedJob) => neededMemory === big
    expect(queue.hasJobFor(isBig)).toBe(true)
    const candidate = queue.next(cold, isBig)
    if (candidate) queue.serve(candidate)
    expect(queue.hasJobFor(isBig)).toBe(false)
    for (const one of jobs) queue.remove(one.jobId)
    expect(queue.hasJobFor(always)).toBe(false)
  })

  test('serves a higher priority first altogether', () => {
    const queue = new JobQueue()
    queue.add(job(1))
    queue.add(job(2, { priority: 5 }))
    queue.add(job(2, { priority: 5 }))
    expect(queue.find(queue.order(cold).at(-1)?.jobId ?? '', cold)?.place).toBe(3)
    expect(serveAll(queue)).toEqual([2, 2, 1])
  })

  test('prefers the model that lies ready, but within a round only: nobody starves', () => {
    const queue = new JobQueue()
    queue.add(job(1, { modelHash: 'cold' }))
    for (let i = 0; i < 5; i++) queue.add(job(2))
    for (let i = 0; i < 5; i++) queue.add(job(3))
    expect(serveAll(queue, new Set(['sdxl'])).slice(0, 3)).toEqual([2, 3, 1])
  })

  test('passes over a job that rests, without its person losing the turn', () => {
    const queue = new JobQueue()
    const resting = job(1)
    queue.add(resting)
    const second = job(1)
    queue.add(second)
    expect(queue.next(cold, other => other !== resting)?.job).toBe(second)
  })

  test('passes over everybody whose jobs may not start, whatever their models', () => {
    const queue = new JobQueue()
    for (const personId of [1, 2, 3]) queue.add(job(personId))
    const fourth = job(4)
    queue.add(fourth)
    queue.add(job(1, { modelHash: 'other' }))
    expect(queue.next(cold, ({ personId }) => personId === 4)?.job).toBe(fourth)
    expect(queue.next(cold, ({ modelHash }) => modelHash === 'other')?.job.personId).toBe(1)
    expect(queue.next(cold, () => false)).toBeUndefined()
  })

  test('looks at few people, however many wait', () => {
    const queue = new JobQueue()
    for (let person = 0; person < 10_000; person++) queue.add(job(person, { modelHash: `m${person % 4}` }))
    for (let served = 0; served < 20; served++) {
      let looks = 0
      const candidate = queue.next(new Set([`m${served % 3}`]), () => {
        looks += 1
        return true
      })
      expect(looks).toBeLessThanOrEqual(2 * 4)
      if (candidate) queue.serve(candidate)
    }
  })

  test('equals a newly computed order, with every position, after any events', () => {
    const operation = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        person: fc.integer({ min: 1, max: 5 }),
        model: fc.constantFrom('sdxl', 'other'),
        priority: fc.constantFrom(0, 0, 0, 1),
      }),
      fc.record({ kind: fc.constant('serve' as const) }),
      fc.record({ kind: fc.constant('serve-other' as const) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('return' as const) }),
      fc.record({ kind: fc.constant('warm' as const), model: fc.constantFrom('sdxl', 'other') }),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), operations => {
        const queue = new JobQueue()
        let warm: ReadonlySet<string> = new Set()
        let served: QueuedJob | undefined
        for (const operation of operations) {
          const before = queue.order(warm)
          if (operation.kind === 'add') {
            queue.add(job(operation.person, { modelHash: operation.model, priority: operation.priority }))
          }
          if (operation.kind === 'serve') {
            served = serve(queue, warm)
            // Served is who stood first, and everybody else moves up by one.
            expect(served).toBe(before[0])
            expect(queue.order(warm)).toEqual(before.slice(1))
          }
          if (operation.kind === 'serve-other') {
            const candidate = queue.next(warm, other => other !== before[0])
            if (candidate) queue.serve(candidate)
          }
          if (operation.kind === 'remove')
            queue.remove(before[operation.at % (before.length || 1)]?.jobId ?? '')
          if (operation.kind === 'return' && served) queue.add(served)
          if (operation.kind === 'warm') warm = new Set([operation.model])
          const order = queue.order(warm)
          expect([...queue.jobs()].sort(bySeq)).toEqual([...order].sort(bySeq))
          expect(order.map(({ jobId }) => queue.find(jobId, warm)?.place)).toEqual(order.map((_, i) => i + 1))
          expect(queue.next(warm, always)?.job).toBe(order[0])
        }
      }),
      { numRuns: 2000, seed: Number(process.env.SEED) || Date.now() % 2 ** 31 },
    )
  })
})

describe('the scheduler', () => {
  test('serves in the order that it says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 }), people => {
        const shares = new Map<number, { jobs: QueuedJob[]; servedRound: number }>()
        for (const personId of people) {
          const share = shares.get(personId) ?? { jobs: [], servedRound: -1 }
          share.jobs.push(job(personId))
          shares.set(personId, share)
        }
        const promised = servingOrder(shares.values(), 0, cold).map(candidate => candidate.job)
        let round = 0
        for (const expected of promised) {
          const candidate = nextJob(shares.values() satisfies Iterable<PersonQueue>, round, cold)
          expect(candidate?.job).toBe(expected)
          round = Math.max(round, candidate?.round ?? 0)
          const share = shares.get(expected.personId)
          share?.jobs.shift()
          if (share && candidate) share.servedRound = candidate.round
        }
      }),
    )
  })
})

describe('the forecast', () => {
  const device = (freeInMs: number, jobMs: number | undefined) => ({
    freeInMs,
    canHold: always,
    estimateMs: () => jobMs,
  })

  const far = 3 * horizon

  /** Many more jobs than are simulated, alike in turns. */
  function manyOf(...turns: [QueuedJob, ...QueuedJob[]]): QueuedJob[] {
    return Array.from({ length: far }, (_, i) => turns[i % turns.length] ?? turns[0])
  }

  test('gives each job to the device that is free first', () => {
    const order = [job(1), job(1), job(1), job(1)]
    expect(simulateQueue(order, [device(500, 1000), device(0, 2000)])).toEqual([2000, 1500, 2500, 4000])
  })

  test('counts the loading of a model where it takes the place of another', () => {
    const order = ['a', 'b', 'b', 'a'].map(modelHash => ({ ...job(1), modelHash }))
    const estimateMs = (_: QueuedJob, isWarm: boolean) => (isWarm ? 100 : 1100)
    const loads = { freeInMs: 0, modelHash: 'a', canHold: always, estimateMs }
    expect(simulateQueue(order, [loads])).toEqual([100, 1200, 1300, 2400])
  })

  test('gives a job to a device that can hold it, and says nothing of one that none can hold', () => {
    const [small, large, tooLarge] = [1, 8, 24].map(gb => ({ ...job(1), needs: [`${gb}`] }))
    if (!small || !large || !tooLarge) throw new Error('three jobs are made')
    const holding = (most: number, freeInMs: number) => ({
      ...device(freeInMs, 1000),
      canHold: ({ needs: [gb] }: QueuedJob) => Number(gb) <= most,
    })
    const order = [large, tooLarge, small, large]
    expect(simulateQueue(order, [holding(4, 0), holding(12, 5000)])).toEqual([6000, undefined, 1000, 7000])
  })

  test('says nothing where speeds are unknown, or there is no device', () => {
    expect(simulateQueue([job(1)], [device(0, undefined)])).toEqual([])
    expect(simulateQueue([job(1)], [])).toEqual([])
    expect(new SimulatedQueue([], []).etaAtMs(job(1), 1)).toBeUndefined()
  })

  test('goes on in proportion beyond its horizon', () => {
    const simulated = new SimulatedQueue(manyOf(job(1)), [device(0, 1000)])
    expect(simulated.etaAtMs(job(1), horizon)).toBe(horizon * 1000)
    expect(simulated.etaAtMs(job(1), far)).toBe(far * 1000)
  })

  describe('beyond its horizon', () => {
    const [small, large, tooLarge] = [1, 8, 24].map(gb => ({ ...job(1), needs: [`${gb}`] }))
    if (!small || !large || !tooLarge) throw new Error('three jobs are made')
    const holding = (most: number, least: number, jobMs: number) => ({
      ...device(0, jobMs),
      canHold: ({ needs: [gb] }: QueuedJob) => Number(gb) >= least && Number(gb) <= most,
    })

    test('counts only what waits for the same devices', () => {
      // One in four waits for the card, and the last of them nobody can hold.
      const order = manyOf(small, small, small, large)
      order[horizon - 1] = tooLarge
      const simulated = new SimulatedQueue(order, [holding(4, 0, 1000), holding(12, 0, 1_000_000)])
      expect(simulated.etaAtMs(tooLarge, horizon)).toBeUndefined()
      expect(simulated.etaAtMs(small, far)).toBeCloseTo((3 / 4) * far * 1000, -4)
      expect(simulated.etaAtMs(large, far)).toBeCloseTo((1 / 4) * far * 1_000_000, -8)
      expect(simulated.etaAtMs(tooLarge, far)).toBeUndefined()
    })

    test('counts them as they wait, not as if all were mixed evenly', () => {
      const order = [small, ...Array.from({ length: horizon - 1 }, () => large), small, small]
      const simulated = new SimulatedQueue(order, [holding(4, 0, 60_000), holding(12, 5, 1000)])
      expect(simulated.etaAtMs(small, horizon + 1)).toBe(120_000)
      expect(simulated.etaAtMs(small, horizon + 2)).toBe(180_000)
      expect(simulated.etaAtMs(large, horizon + 3)).toBe(horizon * 1000)
    })
  })
})

function bySeq(a: QueuedJob, b: QueuedJob): number {
  return a.seq - b.seq
}
