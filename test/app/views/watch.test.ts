/** What watchers are told of steps and places, and what that costs the database. */
import { afterEach, expect, test } from 'vitest'
import type { JobView } from '../../../src/app/views/views.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { TestEasel, viewerOf } from '../../helpers/build-test-easel.ts'

let t: TestEasel
let statements = 0
afterEach(() => t.dispose())

async function watched(): Promise<JobView[]> {
  statements = 0
  t = new TestEasel({
    devices: [new FakeWorkers({ mode: 'by-hand' })],
    parts: {
      beforeStatement: () => {
        statements += 1
      },
    },
  })
  await t.start()
  const told: JobView[] = []
  const { author, conversation } = await t.ask('a red circle')
  t.easel.watch(viewerOf({ author, conversation }), job => told.push(job))
  await t.until(() => t.workers.underway.length === 1)
  await t.built.delivered()
  return told
}

test('each step is told, and asks nothing of the database until the next edit is due', async () => {
  const told = await watched()
  t.workers.current.step()
  await t.built.delivered()
  const before = statements
  t.workers.current.step(10)
  await t.built.delivered()
  expect(told.slice(-10).map(({ step }) => step)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(told.at(-1)).toEqual(t.job(told.at(-1)?.id ?? ''))
  expect(told.at(-1)?.state).toBe('running')
  expect(statements - before).toBeLessThan(6)
})

test('a step of a job that was deleted while it runs is told to nobody', async () => {
  const told = await watched()
  t.workers.current.step()
  const jobId = told.at(-1)?.id ?? ''
  await t.easel.act({ kind: 'delete', jobId }, t.caller())
  const before = told.length
  t.workers.current.step()
  expect(told.slice(before)).toEqual([])
})

test('the removal of a job is told to those who could see it', async () => {
  t = new TestEasel()
  await t.start()
  const { id, author, conversation } = await t.paint('a red circle')
  const viewer = viewerOf({ author, conversation })
  const elsewhere = { ...viewer, person: { ...author, userId: 'ELSE' } }
  const gone: string[][] = [viewer, { ...elsewhere, conversation: { ...conversation, spaceId: 'else' } }].map(
    each => {
      const ids: string[] = []
      t.easel.watch(
        each,
        () => undefined,
        jobId => ids.push(jobId),
      )
      return ids
    },
  )
  await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
  expect(gone.map(ids => [...new Set(ids)])).toEqual([[id], []])
})

test('places in the line are told anew after a claim', async () => {
  const told = await watched()
  const waiting: string[] = []
  for (let i = 0; i < 8; i++) waiting.push((await t.ask(`circle ${i}`)).id)
  t.clock.advance(1000)
  expect(told.slice(-8).map(({ id, place }) => [id, place])).toEqual(waiting.map((id, i) => [id, i + 1]))
  t.workers.current.finish()
  await t.until(() => t.workers.runs.length === 2)
  await t.built.delivered()
  const before = told.length
  t.clock.advance(1000)
  expect(told.slice(before).flatMap(({ id, place }) => (place ? [[id, place]] : []))).toEqual(
    waiting.slice(1).map((id, i) => [id, i + 1]),
  )
})

test('what waits is told its new forecast while the job before it goes on', async () => {
  const told = await watched()
  const { id } = await t.ask('another circle')
  t.clock.advance(1000)
  const before = told.length
  for (let step = 0; step < 6; step++) {
    t.workers.current.step()
    t.clock.advance(1000)
  }
  const forecasts = told.slice(before).filter(job => job.id === id)
  expect(forecasts.map(({ place }) => place)).toEqual([1])
  expect(forecasts.at(-1)).toEqual(t.job(id))
})

test('a running job of several pictures counts the steps of all of them before the first is told', async () => {
  t = new TestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
  await t.start()
  const { id } = await t.ask({
    prompt: 'a red circle',
    count: 3,
    steps: 10,
    refine: 'after',
    refineStrength: 0.4,
    refineSteps: 10,
  })
  await t.until(() => t.workers.underway.length === 1)
  const { step, steps } = t.job(id)
  expect([step, steps]).toEqual([0, 42])
  t.workers.current.step()
  expect(t.job(id).steps).toBe(42)
  t.workers.current.finish()
  await t.until(() => t.job(id).state === 'done')
  expect(t.job(id)).toMatchObject({ step: 42, steps: 42 })
})
