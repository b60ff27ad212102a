/** `limits.keepDays`: what is older leaves the data folder, and nothing else does. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Action } from '../../../src/app/requests.ts'
import { dayMs, hourMs } from '../../../src/common/durations.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running } from '../../helpers/run-under-way.ts'

/** Short, because everything that has a timer runs while the fake clock goes on. */
const keepDays = 0.25
const keepMs = keepDays * dayMs

let t: TestEasel
afterEach(() => t.dispose())

async function start(limits = { keepDays }, devices = [new FakeWorkers()]): Promise<void> {
  t = await buildTestEasel({ config: { limits }, devices })
}

const storedFiles = () => readdirSync(join(t.dataDir, 'pictures'))

/** A result that is painted now and has grown old, with its sweep behind it. */
async function paintedLongAgo(prompt = 'an old circle'): Promise<string> {
  const { id } = await t.paint(prompt)
  await grownOld()
  return id
}

/** Time passes until the sweep after `keepDays` has begun. Writes are one after the other, so it has ended after the next ones. */
async function grownOld(): Promise<void> {
  await hours(keepMs / hourMs + 1)
}

async function hours(count: number): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    t.clock.advance(hourMs)
    for (let i = 0; i < 10; i++) await t.built.db.write(() => undefined)
  }
}

test('a result goes when it is older, and a younger one stays', async () => {
  await start()
  const old = await t.paint('an old circle')
  await hours(5)
  const young = await t.paint('a young circle')
  await hours(2)
  await t.until(() => storedFiles().length === 1)
  expect(t.find(old.id)).toBeUndefined()
  expect(t.job(young.id).pictures).toHaveLength(1)
  expect(t.log.faults).toEqual([])
})

test('its text goes too, and the statistics stay', async () => {
  await start()
  const { id } = await t.paint('an old secret')
  const figures = () => t.built.db.jobs.figures(0, Number.MAX_SAFE_INTEGER)
  const before = figures()
  await grownOld()
  expect(t.built.db.jobs.get(id)?.promptAsTyped).toBe('')
  expect(figures()).toEqual(before)
})

test('by default everything is kept', async () => {
  await start({ keepDays: 0 })
  const { id } = await t.paint('an old circle')
  await hours(24)
  expect(t.job(id).pictures).toHaveLength(1)
  expect(storedFiles()).toHaveLength(1)
})

test('what grew old while Easel was stopped goes at the next start, however much it is', async () => {
  await start()
  for (let i = 0; i < 60; i++) await t.ask('an old circle')
  await t.settled()
  await t.built.stop(0)
  t.clock.advance(keepMs + hourMs)
  await t.restart()
  await t.until(() => storedFiles().length === 0)
  expect(t.jobsIn(t.caller().conversation, 200)).toEqual([])
})

test('its message stays, and can still be deleted by its author, once', async () => {
  await start()
  const id = await paintedLongAgo()
  expect(t.find(id)).toBeUndefined()
  expect([...t.courier.messages.keys()]).toEqual([id])
  const press = (caller = t.caller()) => t.easel.act({ kind: 'delete', jobId: id }, caller)
  expect(await press(t.callerNamed('bob'))).toMatchObject({ problems: [{ code: 'not-yours' }] })
  expect((await press()).kind).toBe('deleted')
  await t.settled()
  expect([...t.courier.messages.keys()]).toEqual([])
  expect(await press()).toMatchObject({ problems: [{ code: 'job-unknown' }] })
})

test('its buttons say that the picture, or the request, is not here any more', async () => {
  await start()
  const { id, pictures } = await t.paint('an old circle')
  await grownOld()
  const pictureId = pictures[0]?.id ?? ''
  const pressed = (action: Action) => t.easel.act(action, t.caller())
  for (const kind of ['refine', 'info', 'vary-strong'] as const)
    expect(await pressed({ kind, pictureId })).toMatchObject({ problems: [{ code: 'picture-gone' }] })
  expect(await pressed({ kind: 're-roll', jobId: id })).toMatchObject({ problems: [{ code: 'job-unknown' }] })
})

test('/forget me deletes its message', async () => {
  await start()
  await paintedLongAgo()
  expect(await t.easel.forget(t.caller().person)).toMatchObject({ count: 0 })
  await t.settled()
  expect([...t.courier.messages.keys()]).toEqual([])
})

test('a picture from which a waiting job starts stays until that has ended', async () => {
  const workers = new FakeWorkers({ mode: 'by-hand' })
  await start({ keepDays }, [workers])
  const { id } = await t.ask('an old circle')
  await running(t)
  workers.current.finish()
  await t.settled()
  const [picture] = t.job(id).pictures
  const removable = () => t.built.db.jobs.endedBefore(Number.MAX_SAFE_INTEGER, 10)
  expect(removable()).toEqual([id])
  const varied = await t.easel.act({ kind: 'vary-subtle', pictureId: picture?.id ?? '' }, t.caller())
  expect(varied.kind).toBe('accepted')
  expect(removable()).toEqual([])
  await running(t)
  expect(removable()).toEqual([])
  workers.current.finish()
  await t.settled()
  expect(removable()).toHaveLength(2)
})

test('a result that is still being delivered stays', async () => {
  await start()
  t.courier.failBefore = ({ kind }) =>
    kind === 'settle' ? new AppError('platform-busy', { platform: 'web', retryAfterMs: dayMs }) : undefined
  const { id } = await t.ask('an old circle')
  await t.until(() => t.job(id).state === 'done' && t.courier.kindsFor(id).includes('settle'))
  await grownOld()
  expect(t.job(id).pictures).toHaveLength(1)
})

test('files stay as long as their rows: a write that fails loses nothing, and the next hour tries again', async () => {
  let isRefused = true
  t = await buildTestEasel({
    config: { limits: { keepDays } },
    parts: {
      beforeStatement: sql => {
        if (isRefused && /^delete from "?pictures/i.test(String(sql))) throw new Error('no')
      },
    },
  })
  const { id } = await t.paint('an old circle')
  await grownOld()
  expect(t.job(id).pictures).toHaveLength(1)
  expect(t.log.faults.map(({ message }) => message)).toContain('old pictures could not be removed')
  isRefused = false
  await hours(2)
  await t.until(() => storedFiles().length === 0)
})
