import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

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

async function running(): Promise<void> {
  await t.until(() => t.workers.underway.length > 0)
}

/** Turns the loop and moves the clock on, a little at a time, until a run is under way. */
async function runningAgain(): Promise<number> {
  const startMs = t.clock.monotonicMs()
  while (t.workers.underway.length === 0) {
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    if (t.workers.underway.length === 0) t.clock.advance(100)
  }
  return t.clock.monotonicMs() - startMs
}

describe('a job that fails', () => {
  test('with a temporary fault is tried three times, with back-off, on a new worker', async () => {
    const { id } = await t.ask('a red circle')
    await running()
    t.workers.current.fail(outOfMemory)
    expect(await runningAgain()).toBeLessThanOrEqual(2200)
    expect(t.workers.hosts).toHaveLength(2)
    t.workers.current.fail(outOfMemory)
    expect(await runningAgain()).toBeGreaterThanOrEqual(2000)
    t.workers.current.fail(outOfMemory)
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'failed', failure: { code: 'out-of-memory' } })

    const next = await t.ask('a blue square')
    await running()
    t.workers.current.finish()
    await t.settled()
    expect(t.job(next.id).state).toBe('done')
  })

  test('once and succeeds at the next try is done, with the seed it was accepted with', async () => {
    const { id, order } = await t.ask('a red circle')
    await running()
    t.workers.current.fail(outOfMemory)
    await runningAgain()
    expect(t.workers.current.order).toEqual(order)
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('with a permanent fault is not tried again', async () => {
    const { id } = await t.ask('a red circle')
    await running()
    t.workers.current.fail(badFile)
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'failed', failure: { code: 'model-file' } })
    expect(t.workers.runs).toHaveLength(1)
  })

  test('by crashing its worker twice is dead, and the next job gets a new worker', async () => {
    const { id } = await t.ask('a red circle')
    const next = await t.ask('a blue square')
    await running()
    t.workers.current.die('SIGSEGV')
    // The other job goes first while this one rests.
    await running()
    t.workers.current.finish()
    await t.until(() => t.find(next.id)?.state === 'done')
    await runningAgain()
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

describe('a device that falls silent', () => {
  test('after a step is given up after thirty seconds, and its job goes to another', async () => {
    await t.dispose()
    const other = new FakeWorkers({ device: 'fake:1', mode: 'by-hand' })
    await build(new FakeWorkers({ mode: 'by-hand', unkillable: true }), other)
    const { id } = await t.ask('a red circle')
    await running()
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
    await running()
    t.workers.current.loading()
    t.clock.advance(599_999)
    expect(t.log.faults).toEqual([])
    t.clock.advance(1)
    await t.until(() => t.log.faults.some(line => line.message === 'device stalled'))
  })

  test('is judged by its own pace: ten times its usual step', async () => {
    const { id } = await t.ask('a red circle')
    await running()
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
    await running()
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
    await runningAgain()
    t.workers.current.finish()
    await t.settled()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'done', attempt: 1, failures: 0 })
  })
})

describe('a cancel', () => {
  test('of a running job takes effect between two steps', async () => {
    const caller = t.caller()
    const { id } = await t.ask('a red circle', caller)
    await running()
    const run = t.workers.current
    run.step(3)
    const outcome = await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    expect(outcome.kind).toBe('cancelled')
    expect(run.cancelAsked).toBe(true)
    expect(t.job(id).state).toBe('running')
    run.step()
    await t.settled()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
  })

  test('of a waiting job takes effect at once, and the others move up', async () => {
    await t.ask('first')
    await running()
    const second = await t.ask('second')
    const third = await t.ask('third')
    expect(t.job(third.id).place).toBe(2)
    await t.easel.act({ kind: 'cancel', jobId: second.id }, t.caller())
    expect(t.job(second.id).state).toBe('cancelled')
    expect(t.job(third.id).place).toBe(1)
    expect(await t.easel.act({ kind: 'cancel', jobId: second.id }, t.caller())).toEqual({
      kind: 'refused',
      problems: [{ code: 'already-finished', details: {} }],
    })
  })
})

describe('a stop', () => {
  test('lets what runs finish within the grace, and starts nothing else', async () => {
    const { id } = await t.ask('first')
    const { id: waiting } = await t.ask('second')
    await running()
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
    await running()
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
    await running()
    t.workers.silent = true
    const stopped = t.built.stopPainting(20_000)
    for (const ms of [20_000, 2000, 1000, 1000]) await pass(ms)
    expect(await stopped).toBe(false)
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'queued', failures: 0, crashes: 0 })
  })

  test.each(['running', 'idle', 'starting'])('kills a worker that answers to nothing: %s', async moment => {
    if (moment !== 'starting') await t.ask('first')
    if (moment !== 'starting') await running()
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

describe('a process that ends under a job', () => {
  /** Without a word, as by a kill. */
  async function dies(): Promise<void> {
    await running()
    t.crash()
    t.workers.current.end({ kind: 'cancelled' })
    await t.restart()
  }

  test('makes it suspect: it is tried in a process of its own, and the next one as usual', async () => {
    const { id } = await t.ask('first')
    const next = await t.ask('second')
    await dies()
    expect(t.built.db.jobs.get(id)).toMatchObject({ state: 'queued', crashes: 1 })
    await running()
    expect(t.workers.current.isolated).toBe(true)
    t.workers.current.finish()
    await t.until(() => t.job(id).state === 'done')
    await running()
    expect(t.workers.current).toMatchObject({ isolated: false, order: { prompt: { positive: 'second' } } })
    t.workers.current.finish()
    await t.settled()
    expect(t.job(next.id).state).toBe('done')
  })

  test('is painted after any number of kills from outside', async () => {
    const { id } = await t.ask('first')
    for (let i = 0; i < 10; i++) await dies()
    expect(t.built.db.jobs.get(id)).toMatchObject({ crashes: 1, failures: 0 })
    await running()
    t.workers.current.finish()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('gets its own worker, and is dead if that one crashes', async () => {
    const { id } = await t.ask('first')
    await dies()
    await running()
    t.workers.current.die('SIGSEGV')
    await t.settled()
    expect(t.job(id)).toMatchObject({ state: 'dead', failure: { code: 'took-worker-down' } })
    expect(t.courier.messages.get(id)?.job.state).toBe('dead')
  })

  test('does not count a kill of its worker as a crash', async () => {
    const { id } = await t.ask('first')
    await dies()
    await running()
    t.workers.current.kill()
    await runningAgain()
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
    await running()
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

describe('a job that waits too long', () => {
  test('is given up, on a clock that does not jump', async () => {
    await t.ask('first')
    await running()
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
    await running()
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
    await running()
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

describe('a disk that fills up while a picture is painted', () => {
  test('lets the device wait with it, and it is there once there is room', async () => {
    await t.dispose()
    let full = false
    const beforeStatement = (sql: unknown) => {
      if (full && String(sql).startsWith('insert into "pictures"')) {
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      }
    }
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], parts: { beforeStatement } })
    const { id } = await t.ask('a red circle')
    const next = await t.ask('a blue square')
    await running()
    full = true
    t.workers.current.finish()
    await t.until(() => t.log.faults.length === 1)
    expect(t.log.faults[0]?.message).toBe('an ending could not be recorded yet')
    expect(t.job(id).state).toBe('running')
    expect(t.job(next.id).state).toBe('queued')
    full = false
    t.clock.advance(2000)
    await t.until(() => t.find(id)?.state === 'done')
    await running()
    expect(t.workers.runs).toHaveLength(2)
  })
})

describe('estimates', () => {
  test('come from measured speed: of what runs, and of each place', async () => {
    const first = await t.ask('first')
    await running()
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
    await running()
    expect(t.job(second.id).etaMs).toBe(2000)
    expect(t.job(third.id)).toMatchObject({ place: 1, etaMs: 4000 })
    t.clock.advance(500)
    expect(t.job(second.id).etaMs).toBe(1500)
  })
})
