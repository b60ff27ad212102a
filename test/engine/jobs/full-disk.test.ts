/** A disk that is full when the end of a run is recorded: the device waits with it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running } from '../../helpers/run-under-way.ts'

const waits = 'an ending could not be recorded yet'

let t: TestEasel
/** Statements that the full disk refuses. */
let refused: RegExp | undefined
beforeEach(async () => {
  const beforeStatement = (sql: unknown) => {
    if (refused?.test(String(sql))) {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    }
  }
  refused = undefined
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], parts: { beforeStatement } })
})
afterEach(() => t.dispose())

describe('A disk that fills up', () => {
  test('while a picture is painted lets the device wait with it, and it is there once there is room', async () => {
    const { id } = await t.ask('a red circle')
    const next = await t.ask('a blue square')
    await running(t)
    refused = /^insert into "pictures"/
    t.workers.current.finish()
    await t.until(() => t.log.faults.length === 1)
    expect(t.log.faults[0]?.message).toBe(waits)
    expect(t.job(id).state).toBe('running')
    expect(t.job(next.id).state).toBe('queued')
    refused = undefined
    t.clock.advance(2000)
    await t.until(() => t.find(id)?.state === 'done')
    await running(t)
    expect(t.workers.runs).toHaveLength(2)
  })

  test('before a failed try is recorded does not bring a job back that is cancelled meanwhile', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    refused = /^update "?jobs"? set "?state/i
    t.workers.current.fail(new AppError('out-of-memory', { device: 'fake:0' }))
    await t.until(() => t.log.faults.some(({ message }) => message === waits))
    refused = undefined
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    t.clock.advance(2000)
    await t.until(() => t.job(id).state !== 'running')
    expect(t.job(id).state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })
})
