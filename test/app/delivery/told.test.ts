/** Whoever waits is told once that it is done. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

const offline = new AppError('platform-unreachable', { platform: 'web' })

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({ config: { notify: true } })
})
afterEach(() => t.dispose())

test('once it is done, and no second time after the process was killed at any point', async () => {
  for (const kind of ['settle', 'tell', 'close'] as const) {
    t.courier.failBefore = call => (call.kind === kind ? offline : undefined)
    const { id } = await t.ask(`killed before ${kind}`)
    await t.until(() => t.find(id)?.state === 'done')
    await t.built.delivered()
    t.crash()
    t.courier.failBefore = () => undefined
    await t.restart()
    await t.settled()
    expect(t.courier.told.filter(told => told === id)).toHaveLength(1)
  }
})

test('people are notified of a failure, but not of a job that they cancelled', async () => {
  await t.dispose()
  t = await buildTestEasel({
    config: { notify: true },
    devices: [new FakeWorkers({ mode: 'by-hand' })],
  })
  const failing = await t.ask('a dragon')
  await t.until(() => t.workers.underway.length === 1)
  t.workers.current.fail(new AppError('model-changed', { name: 'demo' }))
  await t.settled()
  expect(t.courier.told).toEqual([failing.id])

  const cancelled = await t.ask('a mistake')
  await t.until(() => t.workers.underway.length === 1)
  await t.easel.act({ kind: 'cancel', jobId: cancelled.id }, t.caller())
  t.workers.current.end({ kind: 'cancelled' })
  await t.settled()
  expect(t.courier.told).toEqual([failing.id])
})

test('people are not notified of a direct message, which notifies by itself', async () => {
  t.courier.resultNames = ['direct']
  await t.paint('a red circle')
  expect(t.courier.told).toEqual([])
})

test('people who turned notices off get none, also after other settings', async () => {
  const { person } = t.caller()
  await t.easel.saveSettings(person, { notify: false })
  await t.easel.saveSettings(person, { count: 2 })
  await t.paint('a red circle')
  expect(t.courier.told).toEqual([])
  await t.easel.saveSettings(person, { notify: true })
  const job = await t.paint('a green square')
  expect(t.courier.told).toEqual([job.id])
})

test('if the operator turned notices off, only people who turned them on get one', async () => {
  await t.dispose()
  t = await buildTestEasel({ config: { notify: false } })
  await t.paint('a red circle')
  await t.easel.saveSettings(t.caller().person, { notify: true })
  const job = await t.paint('a green square')
  expect(t.courier.told).toEqual([job.id])
})
