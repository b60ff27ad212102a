/** The pool and its workers: silent devices, workers that hang or do not start, processes that end under a job. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running, runningAgain } from '../../helpers/run-under-way.ts'

let t: TestEasel
let hung: string[]
async function build(...devices: FakeWorkers[]): Promise<void> {
  hung = []
  t = await buildTestEasel({ devices, parts: { onHung: device => hung.push(device) } })
}
beforeEach(() => build(new FakeWorkers({ mode: 'by-hand' })))
afterEach(() => t.dispose())

describe('a device that falls silent', () => {
  test('after a step is given up after thirty seconds, and its job goes to another', async () => {
    await t.dispose()
    const other = new FakeWorkers({ device: 'fake:1', mode: 'by-hand' })
    await build(new FakeWorkers({ mode: 'by-hand', unkillable: true }), other)
    const { id } = await t.ask('a red circle')
    await running(t)
    const stuck = t.workers.current
    stuck.step()
    t.clock.advance(29_999)
    await t.built.delivered()
    expect(other.runs).toHaveLength(0)
    t.clock.advance(1)
    await t.until(() => hung.length === 1)
    expect(hung).toEqual(['fake:0'])
    t.clock.advance(2000)
    await t.until(() => other.underway.length === 1)
    other.current.finish()
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'done', device: 'fake:1' })

    // What the hung worker brings at last is too late, and the device is used again.
    stuck.finish()
    await t.until(() => t.log.lines.some(line => line.message === 'device recovered'))
    expect(t.job(id).pictures).toHaveLength(1)
    other.mode = 'at-once'
    t.workers.mode = 'at-once'
    await t.paint('a blue square')
  })

  test('while it loads a model is given ten minutes', async () => {
    await t.ask('a red circle')
    await running(t)
    t.workers.current.loading()
    t.clock.advance(599_999)
    expect(t.log.faults).toEqual([])
    t.clock.advance(1)
    await t.until(() => t.log.faults.some(line => line.message === 'device stalled'))
  })

  test('is judged by its own pace: ten times its usual step', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    // Five seconds a step: fifty are allowed.
    for (let i = 0; i < 5; i++) {
      t.workers.current.step()
      t.clock.advance(5000)
    }
    t.workers.current.step()
    t.clock.advance(49_000)
    expect(t.log.faults).toEqual([])
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('is not declared so because the wall clock jumps', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    t.workers.current.step()
    t.clock.setWall(t.clock.now() + 3_600_000)
    t.clock.advance(100)
    t.clock.setWall(t.clock.now() - 7_200_000)
    t.clock.advance(100)
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
    expect(t.log.faults).toEqual([])
  })
})

describe('a device whose worker does not come up', () => {
  test('costs the job nothing, and is tried again later', async () => {
    t.workers.startFault = new AppError('internal', { problem: 'no such device' })
    const { id } = await t.ask('a red circle')
    await t.until(() => t.log.faults.some(line => line.message === 'device did not come up'))
    await t.until(() => t.job(id).state === 'queued')
    t.workers.startFault = undefined
    await runningAgain(t)
    t.workers.current.finish()
    await t.settled()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'done', attempt: 1, failures: 0 })
  })
})

/** Lets time pass, and what follows from it happen. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
  t.clock.advance(ms)
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}

describe('a process that ends under a job', () => {
  /** Without a word, as by a kill. */
  async function dies(): Promise<void> {
    await running(t)
    t.crash()
    t.workers.current.end({ kind: 'cancelled' })
    await t.restart()
  }

  test('makes it suspect: it is tried in a process of its own, and the next one as usual', async () => {
    const { id } = await t.ask('first')
    const next = await t.ask('second')
    await dies()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'queued', crashes: 1 })
    await running(t)
    expect(t.workers.current.isolated).toBe(true)
    t.workers.current.finish()
    await t.until(() => t.job(id).state === 'done')
    await running(t)
    expect(t.workers.current).toMatchObject({ isolated: false, order: { prompt: { positive: 'second' } } })
    t.workers.current.finish()
    await t.settled()
    expect(t.job(next.id).state).toBe('done')
  })

  test('is painted after any number of kills from outside', async () => {
    const { id } = await t.ask('first')
    for (let i = 0; i < 10; i++) await dies()
    expect(t.built.db.jobs.get(id)).toMatchObject({ crashes: 1, failures: 0 })
    await running(t)
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('gets its own worker, and is dead if that one crashes', async () => {
    const { id } = await t.ask('first')
    await dies()
    await running(t)
    t.workers.current.die('SIGSEGV')
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'dead', failure: { code: 'took-worker-down' } })
    expect(t.courier.messages.get(id)?.job.state).toBe('dead')
  })

  test('does not count a kill of its worker as a crash', async () => {
    const { id } = await t.ask('first')
    await dies()
    await running(t)
    t.workers.current.kill()
    await runningAgain(t)
    t.workers.current.finish()
    await t.settled()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'done', crashes: 1, failures: 1 })
  })

  test('twenty times is not tried again', async () => {
    const { id } = await t.ask('first')
    for (let i = 0; i < 20; i++) await dies()
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'dead', failure: { code: 'took-worker-down' } })
  })
})

describe('a worker that hangs', () => {
  test('while idle is detected and replaced', async () => {
    await t.ask('first')
    await running(t)
    t.workers.current.finish()
    await t.settled()
    await pass(30_000)
    await pass(29_999)
    expect(t.workers.hosts.map(({ state }) => state)).toEqual(['ready'])
    t.workers.silent = true
    await pass(30_000)
    t.workers.silent = false
    await pass(30_000)
    await t.until(() => t.log.lines.some(line => line.message === 'device recovered'))
    expect(t.workers.hosts.map(({ state }) => state)).toEqual(['dead', 'ready'])
    t.workers.mode = 'at-once'
    expect((await t.paint('second')).state).toBe('done')
    expect(t.log.faults.map(({ message }) => message)).toEqual(['device stalled'])
  })

  test('while idle, as a thread, is reported, because only a restart of the process helps', async () => {
    await t.dispose()
    await build(new FakeWorkers({ unkillable: true }))
    await t.paint('first')
    t.workers.silent = true
    await pass(30_000)
    await pass(30_000)
    expect(hung).toEqual(['fake:0'])
  })

  test('while starting is detected, and the job waits for the next worker', async () => {
    t.workers.silent = true
    const { id } = await t.ask('first')
    await t.until(() => t.workers.hosts.length === 1)
    await pass(119_999)
    expect(t.job(id).state).toBe('running')
    t.workers.silent = false
    t.workers.mode = 'at-once'
    await pass(1)
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'queued', attempt: 0 })
    await pass(2000)
    await t.settled()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'done', failures: 0, crashes: 0 })
  })
})
