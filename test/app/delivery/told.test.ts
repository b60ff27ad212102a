/** Whoever waits is told once that it is done. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

const offline = new AppError('platform-unreachable', { platform: 'web' })

let it: TestEasel
beforeEach(async () => {
  it = await buildTestEasel({ config: { notify: true } })
})
afterEach(() => it.dispose())

test('once it is done, and no second time after the process was killed at any point', async () => {
  for (const kind of ['settle', 'tell', 'close'] as const) {
    it.courier.failBefore = call => (call.kind === kind ? offline : undefined)
    const { id } = await it.ask(`killed before ${kind}`)
    await it.until(() => it.find(id)?.state === 'done')
    await it.built.delivered()
    it.crash()
    it.courier.failBefore = () => undefined
    await it.restart()
    await it.settled()
    expect(it.courier.told.filter(told => told === id)).toHaveLength(1)
  }
})

test('people are notified of a failure, but not of a job that they cancelled', async () => {
  await it.dispose()
  it = await buildTestEasel({
    config: { notify: true },
    devices: [new FakeWorkers({ mode: 'by-hand' })],
  })
  const failing = await it.ask('a dragon')
  await it.until(() => it.workers.underway.length === 1)
  it.workers.current.fail(new AppError('model-changed', { name: 'demo' }))
  await it.settled()
  expect(it.courier.told).toEqual([failing.id])

  const cancelled = await it.ask('a mistake')
  await it.until(() => it.workers.underway.length === 1)
  await it.easel.act({ kind: 'cancel', jobId: cancelled.id }, it.caller())
  it.workers.current.end({ kind: 'cancelled' })
  await it.settled()
  expect(it.courier.told).toEqual([failing.id])
})

test('people are not notified of a direct message, which notifies by itself', async () => {
  it.courier.resultWays = ['direct']
  await it.paint('a red circle')
  expect(it.courier.told).toEqual([])
})

test('people who turned notices off get none, also after other settings', async () => {
  const { person } = it.caller()
  await it.easel.saveSettings(person, { notify: false })
  await it.easel.saveSettings(person, { count: 2 })
  await it.paint('a red circle')
  expect(it.courier.told).toEqual([])
  await it.easel.saveSettings(person, { notify: true })
  const job = await it.paint('a green square')
  expect(it.courier.told).toEqual([job.id])
})

test('if the operator turned notices off, only people who turned them on get one', async () => {
  await it.dispose()
  it = await buildTestEasel({ config: { notify: false } })
  await it.paint('a red circle')
  await it.easel.saveSettings(it.caller().person, { notify: true })
  const job = await it.paint('a green square')
  expect(it.courier.told).toEqual([job.id])
})
