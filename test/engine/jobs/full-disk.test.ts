/** A disk that is full while a job runs: the device waits with its end, and a cancel stops it even so. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { endWaits, FullDisk } from '../../helpers/disk/full-disk.ts'
import { running } from '../../helpers/run-under-way.ts'

let t: TestEasel
let disk: FullDisk
beforeEach(async () => {
  disk = new FullDisk()
  const { beforeStatement } = disk
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], parts: { beforeStatement } })
})
afterEach(() => t.dispose())

describe('A disk that fills up', () => {
  test('while a picture is painted lets the device wait with it, and it is there once there is room', async () => {
    const { id } = await t.ask('a red circle')
    const next = await t.ask('a blue square')
    await running(t)
    disk.refused = /^insert into "pictures"/
    t.workers.current.finish()
    await t.until(() => endWaits(t))
    expect(t.log.faults).toHaveLength(1)
    expect(t.job(id).state).toBe('running')
    expect(t.job(next.id).state).toBe('queued')
    disk.refused = undefined
    t.clock.advance(2000)
    await t.until(() => t.find(id)?.state === 'done')
    await running(t)
    expect(t.workers.runs).toHaveLength(2)
  })

  test('before a failed try is recorded does not bring a job back that is cancelled meanwhile', async () => {
    const { id } = await t.ask('a red circle')
    await running(t)
    disk.refused = /^update "?jobs"? set "?state/i
    t.workers.current.fail(new AppError('out-of-memory', { device: 'fake:0' }))
    await t.until(() => endWaits(t))
    disk.refused = undefined
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    t.clock.advance(2000)
    await t.until(() => t.job(id).state !== 'running')
    expect(t.job(id).state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })
})

describe('A cancel on a full disk', () => {
  const writes = /^(insert|update|delete)/i
  const cancel = (jobId: string) => t.easel.act({ kind: 'cancel', jobId }, t.caller())

  /** A job that is being painted when the disk fills up; its message is there. */
  async function paintedWhileFull(): Promise<string> {
    const { id } = await t.ask('a red circle')
    await running(t)
    await t.built.delivered()
    disk.refused = writes
    return id
  }

  /** And whose cancel was pressed then. */
  async function cancelledWhileFull(): Promise<string> {
    const id = await paintedWhileFull()
    expect(await cancel(id)).toEqual({
      kind: 'refused',
      problems: [{ code: 'cancel-not-stored', details: { problem: { what: 'disk-full' } } }],
    })
    return id
  }

  test('stops the painting, says that it is not stored, and is stored once there is room', async () => {
    const id = await cancelledWhileFull()
    expect(t.workers.current.cancelAsked).toBe(true)
    t.workers.current.step()
    await t.until(() => endWaits(t))
    expect(t.job(id).state).toBe('running')
    disk.refused = undefined
    t.clock.advance(2000)
    await t.settled()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
    expect(t.workers.runs).toHaveLength(1)
  })

  test('by a moderator is recorded with the end that it caused, once, and not before', async () => {
    const id = await paintedWhileFull()
    const moderator = () => t.callerNamed('mo', { rights: { member: true, moderator: true, admin: false } })
    const at = t.clock.now()
    await t.easel.act({ kind: 'cancel', jobId: id }, moderator())
    t.clock.advance(100)
    await t.easel.act({ kind: 'cancel', jobId: id }, moderator())
    t.workers.current.step()
    await t.until(() => endWaits(t))
    expect(t.built.db.audit.all()).toEqual([])
    disk.refused = undefined
    t.clock.advance(2000)
    await t.settled()
    expect(t.job(id).state).toBe('cancelled')
    expect(t.built.db.audit.all()).toMatchObject([{ at, actor: 'web:web:mo', action: 'cancel', target: id }])
  })

  test('by a moderator is recorded also where its author deletes the job before there is room', async () => {
    const id = await paintedWhileFull()
    const moderator = t.callerNamed('mo', { rights: { member: true, moderator: true, admin: false } })
    await t.easel.act({ kind: 'cancel', jobId: id }, moderator)
    disk.refused = undefined
    await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
    t.workers.current.step()
    await t.settled()
    expect(t.built.db.audit.all()).toMatchObject([{ action: 'cancel', target: id }])
  })

  test('does not outlive a restart before there is room, as it says: the job is painted again', async () => {
    const id = await cancelledWhileFull()
    t.crash()
    disk.refused = undefined
    t.workers.mode = 'at-once'
    await t.restart()
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('of a picture that is finished and waits for room is refused, and the picture is shown', async () => {
    const id = await paintedWhileFull()
    t.workers.current.finish()
    await t.until(() => endWaits(t))
    await expect(cancel(id)).rejects.toMatchObject({ code: 'storage' })
    disk.refused = undefined
    t.clock.advance(2000)
    await t.settled()
    expect(t.job(id).state).toBe('done')
  })

  test('pressed again before there is room has the same answer', async () => {
    const id = await cancelledWhileFull()
    t.workers.current.step()
    await t.until(() => endWaits(t))
    expect(await cancel(id)).toMatchObject({ problems: [{ code: 'cancel-not-stored' }] })
  })

  test('of a job that failed for good is refused, and the job ends failed', async () => {
    const id = await paintedWhileFull()
    t.workers.current.fail(new AppError('model-file', { file: 'unet', problem: { what: 'missing' } }))
    await t.until(() => endWaits(t))
    await expect(cancel(id)).rejects.toMatchObject({ code: 'storage' })
    disk.refused = undefined
    t.clock.advance(2000)
    await t.until(() => t.job(id).state !== 'running')
    expect(t.job(id)).toMatchObject({ state: 'failed', failure: { code: 'model-file' } })
  })

  test('of a job that waits is refused, and the job stays', async () => {
    await t.ask('first')
    await running(t)
    const { id } = await t.ask('second')
    disk.refused = writes
    await expect(cancel(id)).rejects.toMatchObject({ code: 'storage' })
    disk.refused = undefined
    expect(t.job(id).state).toBe('queued')
  })

  test.each([
    ['reads', writes],
    ['does not even read', /^(begin|insert|update|delete)/i],
  ])('by somebody who may not cancel it stops nothing, on a disk that Easel %s', async (_, statements) => {
    const id = await paintedWhileFull()
    disk.refused = statements
    const asked = t.easel.act({ kind: 'cancel', jobId: id }, t.callerNamed('grace'))
    await expect(asked.catch(error => error)).resolves.toSatisfy(
      ({ problems: [problem] = [], code = problem?.code }) => ['not-yours', 'storage'].includes(code),
    )
    expect(t.workers.current.cancelAsked).toBe(false)
  })
})
