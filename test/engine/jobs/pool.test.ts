/** The pool runs jobs: faults, stops, waiting times and estimates. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running, runningAgain } from '../../helpers/run-under-way.ts'

const outOfMemory = new AppError('out-of-memory', { device: 'fake:0' })
const badFile = new AppError('model-file', { file: 'unet', problem: { what: 'missing' } })

let t: TestEasel
let hung: string[]
async function build(...devices: FakeWorkers[]): Promise<void> {
  hung = []
  t = await buildTestEasel({ devices, parts: { onHung: device => hung.push(device) } })
}
beforeEach(() => build(new FakeWorkers({ mode: 'by-hand' })))
afterEach(() => t.dispose())

describe('a job that fails', () => {
  test('with a temporary fault is tried three times, with back-off, on a new worker', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    t.workers.current.fail(outOfMemory)
    expect(await runningAgain(t)).toBeLessThanOrEqual(2200)
    expect(t.workers.hosts).toHaveLength(2)
    t.workers.current.fail(outOfMemory)
    expect(await runningAgain(t)).toBeGreaterThanOrEqual(2000)
    t.workers.current.fail(outOfMemory)
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'failed', failure: { code: 'out-of-memory' } })

    const next = await t.ask('a blue square')
    await running(t)
    t.workers.current.finish()
    await t.settled()
    expect(t.job(next.id).state).toBe('done')
  })

  test('for want of memory is tried with less than its worker really used', async () => {
    await t.ask('a red circle')
    await running(t)
    expect(t.workers.current.lowMemoryLevel).toBe(0)
    // Its budget made it begin at level 1.
    t.workers.current.fail(new AppError('out-of-memory', { device: 'fake:0', lowMemoryLevel: 1 }))
    await runningAgain(t)
    expect(t.workers.current.lowMemoryLevel).toBe(2)
    t.workers.current.finish()
    await t.settled()
  })

  test('once and succeeds at the next try is done, with the seed it was accepted with', async () => {
    const { id, order } = await t.ask('a red circle')
    await running(t)
    t.workers.current.fail(outOfMemory)
    await runningAgain(t)
    expect(t.workers.current.order).toEqual(order)
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('with a permanent fault is not tried again', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    t.workers.current.fail(badFile)
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'failed', failure: { code: 'model-file' } })
    expect(t.workers.runs).toHaveLength(1)
  })

  test('by crashing its worker twice is dead, and the next job gets a new worker', async () => {
    const { id } = await t.ask('a red circle')
    const next = await t.ask('a blue square')
    await running(t)
    t.workers.current.die('SIGSEGV')
    // The other job goes first while this one rests.
    await running(t)
    t.workers.current.finish()
    await t.until(() => t.find(next.id)?.state === 'done')
    await runningAgain(t)
    t.workers.current.die('SIGSEGV')
    await t.settled()
    expect(t.job(id)).toMatchObject({
      state: 'dead',
      failure: { code: 'took-worker-down', details: { crashes: 2 } },
    })
    t.workers.mode = 'at-once'
    expect((await t.paint('still alive')).state).toBe('done')
  })
})

describe('a stop', () => {
  test('lets what runs finish within the grace, and starts nothing else', async () => {
    const { id } = await t.ask('first')
    const { id: waiting } = await t.ask('second')
    await running(t)
    const stopped = t.built.stop(20_000)
    expect(await t.easel.imagine({ prompt: 'late' }, t.caller())).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'shutting-down' }],
    })
    t.workers.current.finish()
    await stopped
    expect(t.workers.runs).toHaveLength(1)
    t.workers.mode = 'at-once'
    await t.restart()
    await t.settled()
    expect([t.job(id).state, t.job(waiting).state]).toEqual(['done', 'done'])
  })

  test('gives what does not finish back, uncounted', async () => {
    const { id } = await t.ask('first')
    await running(t)
    const run = t.workers.current
    const stopped = t.built.stop(20_000)
    t.clock.advance(20_000)
    expect(run.cancelAsked).toBe(true)
    run.step()
    await stopped
    t.workers.mode = 'at-once'
    await t.restart()
    await t.settled()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'done', attempt: 2, failures: 0, crashes: 0 })
  })

  test('gives a job back that does not stop between two steps, and does not wait for its thread', async () => {
    await t.dispose()
    await build(new FakeWorkers({ mode: 'by-hand', unkillable: true }))
    const { id } = await t.ask('first')
    await running(t)
    t.workers.silent = true
    const stopped = t.built.stopPainting(20_000)
    for (const ms of [20_000, 2000, 1000, 1000]) await pass(ms)
    expect(await stopped).toBe(false)
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'queued', failures: 0, crashes: 0 })
  })

  test.each(['running', 'idle', 'starting'])('kills a worker that answers to nothing: %s', async moment => {
    if (moment !== 'starting') await t.ask('first')
    if (moment !== 'starting') await running(t)
    if (moment === 'idle') t.workers.current.finish()
    if (moment === 'idle') await t.settled()
    t.workers.silent = true
    if (moment === 'starting') await t.ask('first')
    await t.built.delivered()
    const stopped = t.built.stopPainting(0)
    for (const ms of [0, 2000, 1000, 1000]) await pass(ms)
    expect(await stopped).toBe(true)
    expect(t.workers.hosts.map(({ state }) => state)).toEqual(['dead'])
  })
})

/** Lets time pass, and what follows from it happen. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
  t.clock.advance(ms)
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}

describe('a job that waits too long', () => {
  test('is given up, on a clock that does not jump', async () => {
    await t.ask('first')
    await running(t)
    const { id } = await t.ask('second')
    t.clock.setWall(t.clock.now() + 100 * 3_600_000)
    t.clock.advance(60_000)
    expect(t.job(id).state).toBe('queued')
    for (let hour = 0; hour < 48; hour++) {
      t.workers.current.loading()
      for (let i = 0; i < 12; i++) {
        t.workers.current.loading()
        t.clock.advance(300_000)
      }
    }
    await t.until(() => t.find(id)?.state === 'expired')
    await t.built.delivered()
    expect(t.courier.messages.get(id)?.job.state).toBe('expired')
  })

  test('is not given up because a start finds another date: only time in which Easel ran counts', async () => {
    await t.ask('first')
    const { id } = await t.ask('second')
    await running(t)
    // Forty hours with the first, then a restart three days ahead.
    for (let i = 0; i < 480; i++) {
      t.workers.current.loading()
      t.clock.advance(300_000)
    }
    const stopped = t.built.stopPainting(0)
    for (const ms of [0, 2000, 1000, 1000]) await pass(ms)
    await stopped
    t.built.close()
    t.clock.setWall(t.clock.now() + 72 * 3_600_000)
    await t.restart()
    await running(t)
    t.clock.advance(60_000)
    await t.built.delivered()
    expect(t.job(id).state).toBe('queued')
    for (let i = 0; i < 97; i++) {
      t.workers.current.loading()
      t.clock.advance(300_000)
    }
    await t.until(() => t.job(id).state === 'expired')
  })
})

/** Asks, paints with steps of that time, and waits for the end. */
async function painted(asked: string | ImagineRequest, stepMs: number): Promise<void> {
  const { id } = await t.ask(asked)
  await running(t)
  const { current } = t.workers
  for (let i = 0; i < current.steps; i++) {
    current.step()
    t.clock.advance(stepMs)
  }
  current.finish()
  await t.until(() => t.find(id)?.state === 'done')
}

describe('estimates', () => {
  test('come from measured speed: of what runs, and of each place', async () => {
    const first = await t.ask('first')
    await running(t)
    expect(t.job(first.id).etaMs).toBeUndefined()
    const { steps } = t.workers.current
    for (let i = 0; i < steps; i++) {
      t.workers.current.step()
      t.clock.advance(100)
    }
    t.workers.current.finish()
    await t.until(() => t.find(first.id)?.state === 'done')
    const second = await t.ask('second')
    const third = await t.ask('third')
    await running(t)
    expect(t.job(second.id).etaMs).toBe(2000)
    expect(t.job(third.id)).toMatchObject({ place: 1, etaMs: 4000 })
    t.clock.advance(500)
    expect(t.job(second.id).etaMs).toBe(1500)
  })

  test('a set of pictures is painted one by one: each of its steps is one picture’s', async () => {
    await painted({ prompt: 'first', count: 4 }, 100)
    const set = await t.ask({ prompt: 'second', count: 4 })
    const single = await t.ask('third')
    await running(t)
    expect(t.job(set.id).etaMs).toBe(4 * 2000)
    expect(t.job(single.id).etaMs).toBe(4 * 2000 + 2000)
  })

  test('of what runs go by its own pace, whatever others took before', async () => {
    await painted('first', 100)
    const slow = await t.ask({ prompt: 'second', steps: 150, count: 4 })
    await running(t)
    for (let i = 0; i < 164; i++) {
      t.clock.advance(300)
      t.workers.current.step()
    }
    expect(t.job(slow.id).etaMs).toBe((600 - 164) * 300)
    t.clock.advance(200)
    expect(t.job(slow.id).etaMs).toBe((600 - 164) * 300 - 200)
    // A step that takes longer than those before it is not over before it ends.
    t.clock.advance(10_000)
    expect(t.job(slow.id).etaMs).toBe((600 - 165) * 300)
  })

  test('come from the worker’s own clock where several steps arrive at once, as from another machine', async () => {
    const first = await t.ask('first')
    await running(t)
    const { current } = t.workers
    for (let arrivedMs = 1000; arrivedMs <= current.steps * 100; arrivedMs += 1000) {
      t.clock.advance(1000)
      for (let overMs = arrivedMs - 900; overMs <= arrivedMs; overMs += 100) current.stepAfter(overMs)
    }
    current.finish()
    await t.until(() => t.find(first.id)?.state === 'done')
    const second = await t.ask('second')
    const third = await t.ask('third')
    await running(t)
    expect(t.job(second.id).etaMs).toBe(2000)
    expect(t.job(third.id)).toMatchObject({ place: 1, etaMs: 4000 })
  })
})
