/** Deliveries of jobs that are deleted while something of them is on its way. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running } from '../../helpers/run-under-way.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
})
afterEach(() => t.dispose())

test('a job that is deleted while its result is posted is deleted there without a word that was read before', async () => {
  const { id } = await t.ask('a secret')
  await running(t)
  await t.built.delivered()
  let post = () => {}
  t.courier.gate = new Promise<void>(resolve => {
    post = resolve
  })
  t.workers.current.finish()
  await t.until(() => t.courier.kindsFor(id).at(-1) === 'settle')
  await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
  post()
  await t.settled()
  const after = t.courier.calls.slice(t.courier.calls.findIndex(({ kind }) => kind === 'settle') + 1)
  expect(after.map(({ kind }) => kind)).toContain('withdraw')
  expect(JSON.stringify(after)).not.toContain('secret')
  expect([...t.courier.messages.keys()]).toEqual([])
})
