/** The operator's pauses: a command writes them into the database beside the pool. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobView } from '../../../src/app/views/views.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running } from '../../helpers/run-under-way.ts'

/** Within this time the pool has read them. */
const readMs = 2000

let t: TestEasel
beforeEach(async () => {
  const devices = ['fake:0', 'fake:1'].map(device => new FakeWorkers({ device, mode: 'by-hand' }))
  t = await buildTestEasel({ devices })
})
afterEach(() => t.dispose())

const pause = (...names: string[]) =>
  t.built.db.write(() => {
    for (const name of names) t.built.db.paused.add(name, t.clock.now())
  })
const resume = (name: string) => t.built.db.write(() => t.built.db.paused.remove(name))
const runs = () => t.devices.map(({ underway }) => underway.length)
const paused = () => t.built.pool.devices().map(({ name, isPaused, busy }) => [name, isPaused, busy])

test('a paused device finishes its job and gets no other, and the other device gets them all', async () => {
  const { id } = await t.ask('first')
  await running(t)
  await pause('fake:0')
  t.clock.advance(readMs)
  await t.ask('second')
  await t.until(() => t.devices[1]?.underway.length === 1)
  await t.ask('third')
  expect(paused()).toEqual([
    ['fake:0', true, true],
    ['fake:1', false, true],
  ])
  t.workers.current.finish()
  await t.until(() => t.job(id).state === 'done')
  t.devices[1]?.current.finish()
  await t.until(() => t.devices[1]?.runs.length === 2 && runs()[1] === 1)
  expect(t.workers.runs).toHaveLength(1)
  expect(t.easel.queueLength()).toEqual({ running: 1, waiting: 0 })
})

test('where all are paused a request waits and is told why, also after a restart, until one is resumed', async () => {
  await pause('fake:0', 'fake:1', 'fake:gone')
  t.clock.advance(readMs)
  const asked = await t.ask('a red circle')
  expect(asked).toMatchObject({ state: 'queued', place: 1, heldUp: 'paused' })
  await t.built.stop(0)
  await t.restart()
  expect(t.job(asked.id)).toMatchObject({ state: 'queued', place: 1, heldUp: 'paused' })
  for (const workers of t.devices) workers.mode = 'at-once'
  await resume('fake:1')
  t.clock.advance(readMs)
  expect(t.job(asked.id).heldUp).toBeUndefined()
  await t.settled()
  expect(t.job(asked.id)).toMatchObject({ state: 'done', device: 'fake:1' })
})

test('a device that was paused after a job was given to it claims it no more, before the pool has read the pause', async () => {
  await pause('fake:0', 'fake:1')
  const { id } = await t.ask('a red circle')
  await t.until(() => t.job(id).heldUp === 'paused')
  expect(t.job(id)).toMatchObject({ state: 'queued', place: 1 })
  expect(t.built.db.jobs.get(id)?.attempt).toBe(0)
  await resume('fake:0')
  t.clock.advance(readMs)
  await running(t)
  t.workers.current.finish()
  await t.settled()
  expect(t.job(id).state).toBe('done')
})

test('people who wait see when painting is paused and when it goes on', async () => {
  await t.ask('first')
  await t.ask('second')
  await t.until(() => runs().every(count => count === 1))
  const third = await t.ask('third')
  t.clock.advance(1000)
  const seen: JobView['heldUp'][] = []
  t.easel.watch(t.caller(), job => {
    if (job.id === third.id) seen.push(job.heldUp)
  })
  await pause('fake:0', 'fake:1')
  t.clock.advance(readMs)
  t.clock.advance(1000)
  await resume('fake:1')
  t.clock.advance(readMs)
  t.clock.advance(1000)
  expect(seen).toEqual(['paused', undefined])
})
