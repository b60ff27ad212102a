/** A cancel that was accepted is stored with the job: no end of the process brings the job back. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/errors/errors.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { running } from '../helpers/run-under-way.ts'

/** Statements before which the process is gone. */
let gone: RegExp | undefined
let t: TestEasel
beforeEach(async () => {
  gone = undefined
  const beforeStatement = (sql: unknown) => {
    if (gone?.test(String(sql))) throw new Error('this process is gone')
  }
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], parts: { beforeStatement } })
})
afterEach(() => t.dispose())

/** A job that is being painted. */
async function painted(): Promise<string> {
  const { id } = await t.ask('a red circle')
  await running(t)
  t.workers.current.step()
  return id
}

const cancel = (jobId: string) => t.easel.act({ kind: 'cancel', jobId }, t.caller())

async function crashAndRestart(): Promise<void> {
  t.crash()
  gone = undefined
  t.workers.mode = 'at-once'
  await t.restart()
  await t.settled()
}

describe('a crash between an accepted cancel and its effect', () => {
  test('does not bring the job back: it is cancelled at the next start, and its author sees that', async () => {
    const id = await painted()
    expect((await cancel(id)).kind).toBe('cancelled')
    expect(t.job(id).state).toBe('running')
    await crashAndRestart()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })

  test('counts nothing against the quota, as the try of every crash', async () => {
    const id = await painted()
    await cancel(id)
    await crashAndRestart()
    const used = t.built.db.client.sqlite.prepare('SELECT pictures FROM usage WHERE job_id = ?').pluck()
    expect(used.get(id)).toBe(0)
  })

  test('holds also where a worker failed, and the process was gone before that was recorded', async () => {
    const id = await painted()
    await cancel(id)
    gone = /^update "?jobs"? set "?state/i
    t.workers.current.fail(new AppError('out-of-memory', { device: 'fake:0' }))
    await t.until(() => t.built.easel.queueLength().running === 0)
    await crashAndRestart()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })
})

test('a job that nobody cancelled is painted again after a crash', async () => {
  const id = await painted()
  await crashAndRestart()
  expect(t.job(id).state).toBe('done')
  expect(t.workers.runs).toHaveLength(2)
})

test('a cancel that a defect keeps from being stored is not said to be accepted, and the job goes on', async () => {
  const id = await painted()
  gone = /^update "?jobs"? set "?cancel_requested_at/i
  await expect(cancel(id)).rejects.toThrow()
  gone = undefined
  expect(t.workers.current.cancelAsked).toBe(false)
  t.workers.current.finish()
  await t.settled()
  expect(t.job(id).state).toBe('done')
})

test('a cancel that comes after the picture is refused', async () => {
  const id = await painted()
  t.workers.current.finish()
  await t.settled()
  expect(await cancel(id)).toEqual({ kind: 'refused', problems: [{ code: 'already-finished', details: {} }] })
})
