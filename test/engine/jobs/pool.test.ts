import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

const outOfMemory = new AppError('out-of-memory', { device: 'fake:0' })
const badFile = new AppError('model-file', { file: 'unet', problem: { what: 'missing' } })

let it: TestEasel
let hung: string[]
async function build(...devices: FakeWorkers[]): Promise<void> {
  hung = []
  it = await buildTestEasel({ devices, parts: { onHung: device => hung.push(device) } })
}
beforeEach(() => build(new FakeWorkers({ mode: 'by-hand' })))
afterEach(() => it.dispose())

async function running(): Promise<void> {
  await it.until(() => it.workers.underway.length > 0)
}

/** Turns the loop and moves the clock on, a little at a time, until a run is under way. */
async function runningAgain(): Promise<number> {
  const startMs = it.clock.monotonicMs()
  while (it.workers.underway.length === 0) {
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    if (it.workers.underway.length === 0) it.clock.advance(100)
  }
  return it.clock.monotonicMs() - startMs
}

describe('a job that fails', () => {
  test('with a temporary fault is tried three times, with back-off, on a new worker', async () => {
    const { id } = await it.ask('a red circle')
    await running()
    it.workers.current.fail(outOfMemory)
    expect(await runningAgain()).toBeLessThanOrEqual(2200)
    expect(it.workers.hosts).toHaveLength(2)
    it.workers.current.fail(outOfMemory)
    expect(await runningAgain()).toBeGreaterThanOrEqual(2000)
    it.workers.current.fail(outOfMemory)
    await it.settled()
    expect(it.job(id)).toMatchObject({ state: 'failed', failure: { code: 'out-of-memory' } })
  })

  test('and then works is done, with the seed it was accepted with', async () => {
    const { id, order } = await it.ask('a red circle')
    await running()
    it.workers.current.fail(outOfMemory)
    await runningAgain()
    expect(it.workers.current.order).toEqual(order)
    it.workers.current.finish()
    await it.settled()
    expect(it.job(id).state).toBe('done')
  })

  test('with a permanent fault is not tried again', async () => {
    const { id } = await it.ask('a red circle')
    await running()
    it.workers.current.fail(badFile)
    await it.settled()
    expect(it.job(id)).toMatchObject({ state: 'failed', failure: { code: 'model-file' } })
    expect(it.workers.runs).toHaveLength(1)
  })

  test('and crashes its worker twice is dead, and the next job gets a new worker', async () => {
    const { id } = await it.ask('a red circle')
    const next = await it.ask('a blue square')
    await running()
    it.workers.current.die('SIGSEGV')
    // The other job goes first while this one rests.
    await running()
    it.workers.current.finish()
    await it.until(() => it.find(next.id)?.state === 'done')
    await runningAgain()
    it.workers.current.die('SIGSEGV')
    await it.settled()
    expect(it.job(id)).toMatchObject({
      state: 'dead',
      failure: { code: 'took-worker-down', details: { crashes: 2 } },
    })
    it.workers.mode = 'at-once'
    expect((await it.paint('still alive')).state).toBe('done')
  })
})

describe('a device that falls silent', () => {
  test('after a step is given up after thirty seconds, and its job goes to another', async () => {
    await it.dispose()
    const other = new FakeWorkers({ device: 'fake:1', mode: 'by-hand' })
    await build(new FakeWorkers({ mode: 'by-hand', unkillable: true }), other)
    const { id } = await it.ask('a red circle')
    await running()
    const stuck = it.workers.current
    stuck.step()
    it.clock.advance(29_999)
    await it.built.delivered()
    expect(other.runs).toHaveLength(0)
    it.clock.advance(1)
    await it.until(() => hung.length === 1)
    expect(hung).toEqual(['fake:0'])
    it.clock.advance(2000)
    await it.until(() => other.underway.length === 1)
    other.current.finish()
    await it.settled()
    expect(it.job(id)).toMatchObject({ state: 'done', device: 'fake:1' })

    // What the hung worker brings at last is too late, and the device is used again.
    stuck.finish()
    await it.until(() => it.log.lines.some(line => line.message === 'device recovered'))
    expect(it.job(id).pictures).toHaveLength(1)
    other.mode = 'at-once'
    it.workers.mode = 'at-once'
    await it.paint('a blue square')
  })

  test('while it loads a model is given ten minutes', async () => {
    await it.ask('a red circle')
    await running()
    it.workers.current.loading()
    it.clock.advance(599_999)
    expect(it.log.faults).toEqual([])
    it.clock.advance(1)
    await it.until(() => it.log.faults.some(line => line.message === 'device stalled'))
  })

  test('is judged by its own pace: ten times its usual step', async () => {
    const { id } = await it.ask('a red circle')
    await running()
    // Five seconds a step: fifty are allowed.
    for (let i = 0; i < 5; i++) {
      it.workers.current.step()
      it.clock.advance(5000)
    }
    it.workers.current.step()
    it.clock.advance(49_000)
    expect(it.log.faults).toEqual([])
    it.workers.current.finish()
    await it.settled()
    expect(it.job(id).state).toBe('done')
  })

  test('is not declared so because the wall clock jumps', async () => {
    const { id } = await it.ask('a red circle')
    await running()
    it.workers.current.step()
    it.clock.setWall(it.clock.now() + 3_600_000)
    it.clock.advance(100)
    it.clock.setWall(it.clock.now() - 7_200_000)
    it.clock.advance(100)
    it.workers.current.finish()
    await it.settled()
    expect(it.job(id).state).toBe('done')
    expect(it.log.faults).toEqual([])
  })
})

describe('a device whose worker does not come up', () => {
  test('costs the job nothing, and is tried again later', async () => {
    it.workers.startFault = new AppError('internal', { problem: 'no such device' })
    const { id } = await it.ask('a red circle')
    await it.until(() => it.log.faults.some(line => line.message === 'device did not come up'))
    await it.until(() => it.job(id).state === 'queued')
    it.workers.startFault = undefined
    await runningAgain()
    it.workers.current.finish()
    await it.settled()
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'done', attempt: 1, failures: 0 })
  })
})

describe('a cancel', () => {
  test('of a running job takes effect between two steps', async () => {
    const caller = it.caller()
    const { id } = await it.ask('a red circle', caller)
    await running()
    const run = it.workers.current
    run.step(3)
    const outcome = await it.easel.act({ kind: 'cancel', jobId: id }, it.caller())
    expect(outcome.kind).toBe('cancelled')
    expect(run.cancelAsked).toBe(true)
    expect(it.job(id).state).toBe('running')
    run.step()
    await it.settled()
    expect(it.job(id).state).toBe('cancelled')
    expect(it.courier.messages.get(id)?.job.state).toBe('cancelled')
  })

  test('of a waiting job takes effect at once, and the others move up', async () => {
    await it.ask('first')
    await running()
    const second = await it.ask('second')
    const third = await it.ask('third')
    expect(it.job(third.id).place).toBe(2)
    await it.easel.act({ kind: 'cancel', jobId: second.id }, it.caller())
    expect(it.job(second.id).state).toBe('cancelled')
    expect(it.job(third.id).place).toBe(1)
    expect(await it.easel.act({ kind: 'cancel', jobId: second.id }, it.caller())).toEqual({
      kind: 'refused',
      problems: [{ code: 'already-finished', details: {} }],
    })
  })
})

describe('a stop', () => {
  test('lets what runs finish within the grace, and starts nothing else', async () => {
    const { id } = await it.ask('first')
    const { id: waiting } = await it.ask('second')
    await running()
    const stopped = it.built.stop(20_000)
    expect(await it.easel.imagine({ prompt: 'late' }, it.caller())).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'shutting-down' }],
    })
    it.workers.current.finish()
    await stopped
    expect(it.workers.runs).toHaveLength(1)
    it.workers.mode = 'at-once'
    await it.restart()
    await it.settled()
    expect([it.job(id).state, it.job(waiting).state]).toEqual(['done', 'done'])
  })

  test('gives what does not finish back, uncounted', async () => {
    const { id } = await it.ask('first')
    await running()
    const run = it.workers.current
    const stopped = it.built.stop(20_000)
    it.clock.advance(20_000)
    expect(run.cancelAsked).toBe(true)
    run.step()
    await stopped
    it.workers.mode = 'at-once'
    await it.restart()
    await it.settled()
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'done', attempt: 2, failures: 0, crashes: 0 })
  })

  test('gives a job back that does not stop between two steps, and does not wait for its thread', async () => {
    await it.dispose()
    await build(new FakeWorkers({ mode: 'by-hand', unkillable: true }))
    const { id } = await it.ask('first')
    await running()
    it.workers.silent = true
    const stopped = it.built.stopPainting(20_000)
    for (const ms of [20_000, 2000, 1000, 1000]) await pass(ms)
    expect(await stopped).toBe(false)
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'queued', failures: 0, crashes: 0 })
  })

  test.each(['running', 'idle', 'starting'])('kills a worker that answers to nothing: %s', async moment => {
    if (moment !== 'starting') await it.ask('first')
    if (moment !== 'starting') await running()
    if (moment === 'idle') it.workers.current.finish()
    if (moment === 'idle') await it.settled()
    it.workers.silent = true
    if (moment === 'starting') await it.ask('first')
    await it.built.delivered()
    const stopped = it.built.stopPainting(0)
    for (const ms of [0, 2000, 1000, 1000]) await pass(ms)
    expect(await stopped).toBe(true)
    expect(it.workers.hosts.map(({ state }) => state)).toEqual(['dead'])
  })
})

/** Lets time pass, and what follows from it happen. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
  it.clock.advance(ms)
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}

describe('a process that ends under a job', () => {
  /** Without a word, as by a kill. */
  async function dies(): Promise<void> {
    await running()
    it.crash()
    it.workers.current.end({ kind: 'cancelled' })
    await it.restart()
  }

  test('makes it suspect: it is tried in a process of its own, and the next one as usual', async () => {
    const { id } = await it.ask('first')
    const next = await it.ask('second')
    await dies()
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'queued', crashes: 1 })
    await running()
    expect(it.workers.current.isolated).toBe(true)
    it.workers.current.finish()
    await it.until(() => it.job(id).state === 'done')
    await running()
    expect(it.workers.current).toMatchObject({ isolated: false, order: { prompt: { positive: 'second' } } })
    it.workers.current.finish()
    await it.settled()
    expect(it.job(next.id).state).toBe('done')
  })

  test('is painted after any number of kills from outside', async () => {
    const { id } = await it.ask('first')
    for (let i = 0; i < 10; i++) await dies()
    expect(it.built.db.jobs.get(id)).toMatchObject({ crashes: 1, failures: 0 })
    await running()
    it.workers.current.finish()
    await it.settled()
    expect(it.job(id).state).toBe('done')
  })

  test('gets its own worker, and is dead if that one crashes', async () => {
    const { id } = await it.ask('first')
    await dies()
    await running()
    it.workers.current.die('SIGSEGV')
    await it.settled()
    expect(it.job(id)).toMatchObject({ state: 'dead', failure: { code: 'took-worker-down' } })
    expect(it.courier.messages.get(id)?.job.state).toBe('dead')
  })

  test('does not count a kill of its worker as a crash', async () => {
    const { id } = await it.ask('first')
    await dies()
    await running()
    it.workers.current.kill()
    await runningAgain()
    it.workers.current.finish()
    await it.settled()
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'done', crashes: 1, failures: 1 })
  })

  test('twenty times is not tried again', async () => {
    const { id } = await it.ask('first')
    for (let i = 0; i < 20; i++) await dies()
    await it.settled()
    expect(it.job(id)).toMatchObject({ state: 'dead', failure: { code: 'took-worker-down' } })
  })
})

describe('a worker that hangs', () => {
  test('while idle is detected and replaced', async () => {
    await it.ask('first')
    await running()
    it.workers.current.finish()
    await it.settled()
    await pass(30_000)
    await pass(29_999)
    expect(it.workers.hosts.map(({ state }) => state)).toEqual(['ready'])
    it.workers.silent = true
    await pass(30_000)
    it.workers.silent = false
    await pass(30_000)
    await it.until(() => it.log.lines.some(line => line.message === 'device recovered'))
    expect(it.workers.hosts.map(({ state }) => state)).toEqual(['dead', 'ready'])
    it.workers.mode = 'at-once'
    expect((await it.paint('second')).state).toBe('done')
    expect(it.log.faults.map(({ message }) => message)).toEqual(['device stalled'])
  })

  test('while idle, as a thread, is reported, because only a restart of the process helps', async () => {
    await it.dispose()
    await build(new FakeWorkers({ unkillable: true }))
    await it.paint('first')
    it.workers.silent = true
    await pass(30_000)
    await pass(30_000)
    expect(hung).toEqual(['fake:0'])
  })

  test('while starting is detected, and the job waits for the next worker', async () => {
    it.workers.silent = true
    const { id } = await it.ask('first')
    await it.until(() => it.workers.hosts.length === 1)
    await pass(119_999)
    expect(it.job(id).state).toBe('running')
    it.workers.silent = false
    it.workers.mode = 'at-once'
    await pass(1)
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'queued', attempt: 0 })
    await pass(2000)
    await it.settled()
    expect(it.built.db.jobs.get(id)).toMatchObject({ state: 'done', failures: 0, crashes: 0 })
  })
})

describe('a job that waits too long', () => {
  test('is given up, on a clock that does not jump', async () => {
    await it.ask('first')
    await running()
    const { id } = await it.ask('second')
    it.clock.setWall(it.clock.now() + 100 * 3_600_000)
    it.clock.advance(60_000)
    expect(it.job(id).state).toBe('queued')
    for (let hour = 0; hour < 48; hour++) {
      it.workers.current.loading()
      for (let i = 0; i < 12; i++) {
        it.workers.current.loading()
        it.clock.advance(300_000)
      }
    }
    await it.until(() => it.find(id)?.state === 'expired')
    await it.built.delivered()
    expect(it.courier.messages.get(id)?.job.state).toBe('expired')
  })

  test('is not given up because a start finds another date: only time in which Easel ran counts', async () => {
    await it.ask('first')
    const { id } = await it.ask('second')
    await running()
    // Forty hours with the first, then a restart three days ahead.
    for (let i = 0; i < 480; i++) {
      it.workers.current.loading()
      it.clock.advance(300_000)
    }
    const stopped = it.built.stopPainting(0)
    for (const ms of [0, 2000, 1000, 1000]) await pass(ms)
    await stopped
    it.built.close()
    it.clock.setWall(it.clock.now() + 72 * 3_600_000)
    await it.restart()
    await running()
    it.clock.advance(60_000)
    await it.built.delivered()
    expect(it.job(id).state).toBe('queued')
    for (let i = 0; i < 97; i++) {
      it.workers.current.loading()
      it.clock.advance(300_000)
    }
    await it.until(() => it.job(id).state === 'expired')
  })
})

describe('a disk that fills up while a picture is painted', () => {
  test('lets the device wait with it, and it is there once there is room', async () => {
    await it.dispose()
    let full = false
    const beforeStatement = (sql: unknown) => {
      if (full && String(sql).startsWith('insert into "pictures"')) {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      }
    }
    it = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], parts: { beforeStatement } })
    const { id } = await it.ask('a red circle')
    const next = await it.ask('a blue square')
    await running()
    full = true
    it.workers.current.finish()
    await it.until(() => it.log.faults.length === 1)
    expect(it.log.faults[0]?.message).toBe('an ending could not be recorded yet')
    expect(it.job(id).state).toBe('running')
    expect(it.job(next.id).state).toBe('queued')
    full = false
    it.clock.advance(2000)
    await it.until(() => it.find(id)?.state === 'done')
    await running()
    expect(it.workers.runs).toHaveLength(2)
  })
})

describe('estimates', () => {
  test('come from measured speed: of what runs, and of each place', async () => {
    const first = await it.ask('first')
    await running()
    expect(it.job(first.id).etaMs).toBeUndefined()
    const { steps } = it.workers.current
    for (let i = 0; i < steps; i++) {
      it.workers.current.step()
      it.clock.advance(100)
    }
    it.workers.current.finish()
    await it.until(() => it.find(first.id)?.state === 'done')
    const second = await it.ask('second')
    const third = await it.ask('third')
    await running()
    expect(it.job(second.id).etaMs).toBe(2000)
    expect(it.job(third.id)).toMatchObject({ place: 1, etaMs: 4000 })
    it.clock.advance(500)
    expect(it.job(second.id).etaMs).toBe(1500)
  })
})
