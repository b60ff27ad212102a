/** Cancels of jobs that wait or are being painted, whatever the worker does before they take effect. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running, runningAgain } from '../../helpers/run-under-way.ts'

const outOfMemory = new AppError('out-of-memory', { device: 'fake:0' })
const badFile = new AppError('model-file', { file: 'unet', problem: { what: 'missing' } })

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
})
afterEach(() => t.dispose())

describe('a cancel', () => {
  test('of a running job takes effect between two steps', async () => {
    const caller = t.caller()
    const { id } = await t.ask('a red circle', caller)
    await running(t)
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

  test.each([
    ['with a temporary fault', outOfMemory],
    ['with a permanent fault', badFile],
  ])('stays one when the worker fails %s before it takes effect, and counts nothing', async (_, fault) => {
    const { id } = await t.ask('a red circle')
    await running(t)
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    t.workers.current.fail(fault)
    await t.settled()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.job(id).failure).toBeUndefined()
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
    expect(t.log.lines.filter(({ message }) => message === 'an attempt failed')).toHaveLength(1)
    const used = t.built.db.client.sqlite.prepare('SELECT pictures FROM usage WHERE job_id = ?').pluck()
    expect(used.get(id)).toBe(0)
  })

  test('stays one when the second crash of its worker would end the job', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    t.workers.current.die('SIGSEGV')
    await runningAgain(t)
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    t.workers.current.die('SIGSEGV')
    await t.settled()
    expect(t.job(id).state).toBe('cancelled')
  })

  test('that is stored between a failure and its record leaves nothing in the queue', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    // Another write has the turn, so the cancel and then the failure wait for theirs.
    const turn = t.built.db.write(() => undefined)
    const cancelled = t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    t.workers.current.fail(outOfMemory)
    await Promise.all([turn, cancelled])
    await t.until(() => t.job(id).state === 'cancelled')
    expect(t.easel.queueLength()).toEqual({ waiting: 0, running: 0 })
    await t.settled()
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })

  test('that shares a transaction with the record of a failure leaves nothing in the queue', async () => {
    // After some of these, both wait for one turn: the record first.
    for (let microtasks = 0; microtasks < 26; microtasks++) {
      const { id } = await t.ask('a red circle')
      await running(t)
      const turn = t.built.db.write(() => undefined)
      t.workers.current.fail(outOfMemory)
      for (let i = 0; i < microtasks; i++) await Promise.resolve()
      await Promise.all([turn, t.easel.act({ kind: 'cancel', jobId: id }, t.caller())])
      await t.until(() => t.job(id).state === 'cancelled' && t.easel.queueLength().running === 0)
      expect(t.easel.queueLength(), `after ${microtasks} microtasks`).toEqual({ waiting: 0, running: 0 })
    }
  })

  test('is not forgotten at a stop that ends before it takes effect', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    await t.built.release()
    expect(t.job(id).state).toBe('cancelled')
  })

  test('of a waiting job takes effect at once, and the others move up', async () => {
    await t.ask('first')
    await running(t)
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
