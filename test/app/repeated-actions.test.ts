/** Refused presses, repeated events and several jobs of one request. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ActOutcome } from '../../src/app/easel.ts'
import type { Action } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { buildTestEasel, demoModel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

function pictureOf(job: JobView, index = 0): string {
  const picture = job.pictures[index]
  if (!picture) throw new Error(`job ${job.id} has no picture ${index}`)
  return picture.id
}

function codes(outcome: ActOutcome): string[] {
  return outcome.kind === 'refused' ? outcome.problems.map(({ code }) => code) : [outcome.kind]
}

describe('a press is refused in words', () => {
  test('while the same press of the same person runs, but not for another person or button', async () => {
    const job = await t.paint('a red circle')
    t.workers.mode = 'by-hand'
    const pictureId = pictureOf(job)
    expect(codes(await t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, t.caller()))).toEqual([
      'accepted',
    ])
    expect(codes(await t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, t.caller()))).toEqual([
      'already-running',
    ])
    expect(codes(await t.easel.act({ kind: 'upscale', pictureId, factor: 4 }, t.caller()))).toEqual([
      'accepted',
    ])
    expect(codes(await t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, t.callerNamed('ben')))).toEqual(
      ['accepted'],
    )
    await t.until(() => t.workers.underway.length === 1)
    t.workers.current.finish()
    t.workers.mode = 'at-once'
    await t.settled()
    expect(codes(await t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, t.caller()))).toEqual([
      'accepted',
    ])
    await t.settled()
  })

  test.each(['re-roll', 'vary-strong'] as const)(
    '%s gives another picture each time: only a double click is one',
    async kind => {
      const job = await t.paint('a red circle')
      t.workers.mode = 'by-hand'
      const press = () =>
        t.easel.act(
          kind === 're-roll' ? { kind, jobId: job.id } : { kind, pictureId: pictureOf(job) },
          t.caller(),
        )
      expect(codes(await press())).toEqual(['accepted'])
      t.clock.advance(400)
      expect(codes(await press())).toEqual(['already-running'])
      t.clock.advance(1000)
      expect(codes(await press())).toEqual(['accepted'])
    },
  )

  test('on jobs and pictures that do not exist', async () => {
    for (const kind of ['refine', 'vary-subtle', 'vary-strong', 'info'] as const) {
      expect(codes(await t.easel.act({ kind, pictureId: 'forged' }, t.caller()))).toEqual(['picture-gone'])
    }
    for (const kind of ['re-roll', 'delete', 'cancel'] as const) {
      expect(codes(await t.easel.act({ kind, jobId: 'forged' }, t.caller()))).toEqual(['job-unknown'])
    }
  })

  test('if there is no Refiner', async () => {
    await t.dispose()
    t = await buildTestEasel({ models: [{ ...demoModel, refiner: undefined }] })
    const job = await t.paint('a red circle')
    expect(codes(await t.easel.act({ kind: 'refine', pictureId: pictureOf(job) }, t.caller()))).toEqual([
      'no-refiner',
    ])
  })
})

describe('the same event again', () => {
  test('is the same job: four times, out of order, at once, after a restart', async () => {
    const caller = t.caller()
    const request = { prompt: 'a red circle' }
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => t.easel.imagine(request, caller)))
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
      'duplicate',
    ])
    await t.settled()
    await t.built.stop(0)
    await t.restart()
    expect(await t.easel.imagine(request, caller)).toMatchObject({
      kind: 'duplicate',
      jobs: [{ state: 'done' }],
    })
    expect(t.jobsIn(caller.conversation, 10)).toHaveLength(1)
    expect(t.workers.runs).toHaveLength(1)
  })

  test('is one job for buttons too, also while the first is running', async () => {
    const job = await t.paint('a red circle')
    t.workers.mode = 'by-hand'
    const caller = t.caller()
    const action: Action = { kind: 'vary-subtle', pictureId: pictureOf(job) }
    expect((await t.easel.act(action, caller)).kind).toBe('accepted')
    expect((await t.easel.act(action, caller)).kind).toBe('duplicate')
    t.workers.mode = 'at-once'
  })
})

describe('several at once', () => {
  test('alternatives and repeats are shown first, then made, each its own job', async () => {
    const request = { prompt: 'a {red, blue} circle', repeat: 2, seed: 5, count: 2 }
    expect(await t.easel.imagine(request, t.caller())).toEqual({
      kind: 'confirm',
      prompts: ['a red circle', 'a red circle', 'a blue circle', 'a blue circle'],
    })
    const outcome = await t.easel.imagine(request, t.caller(), { confirmed: true })
    await t.settled()
    const jobs = outcome.kind === 'accepted' ? outcome.jobs : []
    expect(
      jobs.map(({ order, promptAsTyped }) => [promptAsTyped, order.kind === 'paint' && order.seed]),
    ).toEqual([
      ['a red circle', 5],
      ['a red circle', 7],
      ['a blue circle', 5],
      ['a blue circle', 7],
    ])
  })

  test('wildcards are shown as typed and drawn for each job; an unknown one is named', async () => {
    await t.dispose()
    t = await buildTestEasel({ config: { wildcards: { animal: ['cat', 'dog'] } } })
    const request = { prompt: 'a {red, blue} __animal__ with \\{braces\\}' }
    expect(await t.easel.imagine(request, t.caller())).toMatchObject({
      prompts: ['a red __animal__ with {braces}', 'a blue __animal__ with {braces}'],
    })
    const outcome = await t.easel.imagine(request, t.caller(), { confirmed: true })
    const jobs = outcome.kind === 'accepted' ? outcome.jobs : []
    const prompts = jobs.map(({ order }) => (order.kind === 'paint' ? order.prompt.positive : ''))
    expect(prompts.map(prompt => prompt.split(' ')[2]).sort()).toEqual(['cat', 'dog'])
    expect(await t.easel.imagine({ prompt: 'a __plant__' }, t.caller())).toMatchObject({
      problems: [{ code: 'wildcard-unknown', details: { name: 'plant', known: ['animal'] } }],
    })
    await t.settled()
  })

  test('a prompt that wildcards make too long is refused, and has no length that nobody counted', async () => {
    await t.dispose()
    t = await buildTestEasel({ config: { wildcards: { long: ['x'.repeat(3000)] } } })
    expect(await t.easel.imagine({ prompt: '__long__ __long__ __long__' }, t.caller())).toEqual({
      kind: 'refused',
      problems: [
        { code: 'text-too-long', details: { field: 'prompt', length: { moreThan: 4000 }, limit: 4000 } },
      ],
    })
  })

  test('more than allowed are refused, and one of them wrong refuses all', async () => {
    expect(codes(await t.easel.imagine({ prompt: '{a,b,c,d,e} {1,2,3,4}' }, t.caller()))).toEqual(['fan-out'])
    expect(codes(await t.easel.imagine({ prompt: 'x', repeat: 17 }, t.caller()))).toEqual(['out-of-range'])
    expect(codes(await t.easel.imagine({ prompt: '{a,b}', steps: 0 }, t.caller()))).toEqual(['out-of-range'])
  })
})
