/** Each button makes a new job from the old one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ActOutcome } from '../../src/app/easel.ts'
import type { Action, ImagineRequest } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
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

async function painted(request: ImagineRequest): Promise<JobView> {
  const outcome = await t.easel.imagine(request, t.caller())
  await t.settled()
  return t.job(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : '')
}

async function press(action: Action, caller = t.caller()): Promise<JobView> {
  const outcome = await t.easel.act(action, caller)
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  if (!job) throw new Error(`not accepted: ${JSON.stringify(outcome)}`)
  await t.settled()
  return t.job(job.id)
}

function codes(outcome: ActOutcome): string[] {
  return outcome.kind === 'refused' ? outcome.problems.map(({ code }) => code) : [outcome.kind]
}

describe('each button makes a new job from the old one', () => {
  test('Re-roll: the same from another seed, linked to its parent', async () => {
    const first = await t.paint('a red circle')
    const again = await press({ kind: 're-roll', jobId: first.id })
    expect(again.order).toEqual({ ...first.order, seed: expect.any(Number) })
    expect(
      again.order.kind === 'paint' && first.order.kind === 'paint' && again.order.seed === first.order.seed,
    ).toBe(false)
    expect(again.parent).toEqual({ jobId: first.id, pictureId: pictureOf(first) })
  })

  test('Vary: image to image on the picture, subtle and strong, from new seeds', async () => {
    const first = await t.paint('a red circle')
    for (const [kind, strength] of [
      ['vary-subtle', 0.35],
      ['vary-strong', 0.7],
    ] as const) {
      const job = await press({ kind, pictureId: pictureOf(first) })
      expect(job.order).toEqual({
        ...first.order,
        seed: expect.any(Number),
        source: { pictureId: pictureOf(first), strength },
      })
      const sources = t.workers.runs.at(-1)?.sources ?? {}
      expect(sources[pictureOf(first)]).toEqual(await t.bytesOf(pictureOf(first)))
    }
  })

  test('Refine: the Refiner on the picture, from the picture’s own seed', async () => {
    const set = await painted({ prompt: 'a red circle', count: 3, seed: 7 })
    const refined = await press({ kind: 'refine', pictureId: pictureOf(set, 2) })
    expect(refined.order).toMatchObject({
      kind: 'refine',
      model: { name: 'demo', hash: 'demo-refiner-hash' },
      prompt: { positive: 'a red circle' },
      widthPx: 128,
      heightPx: 128,
      seed: 9,
      sampling: { steps: 20, guidance: 3 },
      source: { pictureId: pictureOf(set, 2), strength: 0.3 },
      aesthetic: { positive: 6, negative: 2.5 },
    })
  })

  test('Re-roll of a refined picture: refined again, from another seed', async () => {
    const first = await t.paint('a red circle')
    const refined = await press({ kind: 'refine', pictureId: pictureOf(first) })
    const again = await press({ kind: 're-roll', jobId: refined.id })
    expect(again.order).toEqual({ ...refined.order, seed: expect.any(Number) })
    expect(again.pictures[0]?.seed).not.toBe(refined.pictures[0]?.seed)
  })

  test('Vary of a refined picture whose original was deleted: by its own words and size', async () => {
    const first = await t.paint('a red circle')
    const refined = await press({ kind: 'refine', pictureId: pictureOf(first) })
    await t.easel.act({ kind: 'delete', jobId: first.id }, t.caller())
    const varied = await press({ kind: 'vary-strong', pictureId: pictureOf(refined) })
    expect(varied.order).toMatchObject({
      kind: 'paint',
      model: { hash: 'demo-base-hash' },
      prompt: { positive: 'a red circle' },
      sampling: { steps: 20, guidance: 7 },
      source: { pictureId: pictureOf(refined), strength: 0.7 },
    })
  })

  test('Upscale: twice or four times the pixels, within limits', async () => {
    const first = await t.paint('a red circle')
    const twice = await press({ kind: 'upscale', pictureId: pictureOf(first), factor: 2 })
    expect(twice.order).toEqual({
      kind: 'upscale',
      source: { pictureId: pictureOf(first) },
      factor: 2,
      widthPx: 256,
      heightPx: 256,
      recipe: first.order,
    })
    const huge = await buildTestEasel({ config: { limits: { maxPixels: 128 * 128 } } })
    const small = await huge.paint('a red circle')
    expect(
      codes(await huge.easel.act({ kind: 'upscale', pictureId: pictureOf(small), factor: 4 }, huge.caller())),
    ).toEqual(['size-range'])
    await huge.dispose()
  })

  test('Remix: the edited request over everything the picture was painted with', async () => {
    const settings = { negative: 'fog', count: 4 }
    const caller = t.caller()
    await t.easel.saveSettings(caller.person, settings)
    const outcome = await t.easel.imagine(
      { prompt: 'a red circle', seed: 7, steps: 11, guidance: 3, negative: 'dust', count: 1 },
      caller,
    )
    await t.settled()
    const first = t.job(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : '')
    const remixed = await press({
      kind: 'remix',
      pictureId: pictureOf(first),
      request: { prompt: 'a green circle', aspect: { width: 2, height: 1 } },
    })
    expect(remixed.order).toMatchObject({
      prompt: { positive: 'a green circle', negative: 'dust' },
      seed: 7,
      count: 1,
      sampling: { steps: 11, guidance: 3 },
      widthPx: 176,
      heightPx: 88,
    })
    expect(remixed.parent).toEqual({ jobId: first.id, pictureId: pictureOf(first) })

    const request = { prompt: 'a green circle', negative: '' }
    const emptied = await press({ kind: 'remix', pictureId: pictureOf(first), request })
    expect(emptied.order).toMatchObject({ prompt: { negative: null } })
  })

  test('Re-roll of an upscaled picture of a set: that picture alone', async () => {
    const set = await painted({ prompt: 'a red circle', count: 4 })
    const larger = await press({ kind: 'upscale', pictureId: pictureOf(set, 2), factor: 2 })
    expect((await press({ kind: 're-roll', jobId: larger.id })).order).toMatchObject({ count: 1 })
  })

  test('Info: the picture with its job', async () => {
    const job = await t.paint('a red circle')
    expect(await t.easel.act({ kind: 'info', pictureId: pictureOf(job) }, t.callerNamed('ben'))).toEqual({
      kind: 'info',
      job,
      picture: job.pictures[0],
    })
    expect(t.easel.pictureByHash(job.pictures[0]?.hash ?? '', t.caller())?.job.id).toBe(job.id)
  })
})

describe('buttons work', () => {
  test('on results of results, after any earlier button', async () => {
    let job = await t.paint('a red circle')
    const chain: ((pictureId: string, jobId: string) => Action)[] = [
      pictureId => ({ kind: 'refine', pictureId }),
      pictureId => ({ kind: 'vary-strong', pictureId }),
      pictureId => ({ kind: 'upscale', pictureId, factor: 2 }),
      pictureId => ({ kind: 'vary-subtle', pictureId }),
      pictureId => ({ kind: 'upscale', pictureId, factor: 2 }),
      pictureId => ({ kind: 'refine', pictureId }),
      (_, jobId) => ({ kind: 're-roll', jobId }),
      pictureId => ({ kind: 'upscale', pictureId, factor: 4 }),
      (_, jobId) => ({ kind: 're-roll', jobId }),
      pictureId => ({ kind: 'remix', pictureId, request: { prompt: 'a blue square' } }),
    ]
    for (const action of chain) {
      const parent = job
      job = await press(action(pictureOf(parent), parent.id))
      expect(job).toMatchObject({ state: 'done', parent: { jobId: parent.id } })
    }
    expect(job.order).toMatchObject({ kind: 'paint', prompt: { positive: 'a blue square' } })
  })

  test('buttons make as many pictures as their result has', async () => {
    const set = await painted({ prompt: 'a red circle', count: 4 })
    expect(await press({ kind: 'vary-subtle', pictureId: pictureOf(set) })).toMatchObject({
      order: { count: 4 },
    })
    const refined = await press({ kind: 'refine', pictureId: pictureOf(set) })
    expect(await press({ kind: 'vary-subtle', pictureId: pictureOf(refined) })).toMatchObject({
      order: { count: 1 },
    })
    const request = { prompt: 'a blue square' }
    expect(await press({ kind: 'remix', pictureId: pictureOf(refined), request })).toMatchObject({
      order: { count: 1 },
    })
  })

  test('on an upscaled picture whose source was deleted', async () => {
    const first = await t.paint('a red circle')
    const refined = await press({ kind: 'refine', pictureId: pictureOf(first) })
    const larger = await press({ kind: 'upscale', pictureId: pictureOf(refined), factor: 2 })
    await t.easel.act({ kind: 'delete', jobId: refined.id }, t.caller())
    await t.easel.act({ kind: 'delete', jobId: first.id }, t.caller())
    const pictureId = pictureOf(larger)
    for (const action of [
      { kind: 'refine', pictureId },
      { kind: 'vary-subtle', pictureId },
      { kind: 'upscale', pictureId, factor: 2 },
    ] as const) {
      const job = await press(action)
      expect(job, action.kind).toMatchObject({ state: 'done', parent: { jobId: larger.id } })
    }
    const varied = await press({ kind: 'vary-strong', pictureId })
    expect(varied.order).toMatchObject({ kind: 'paint', prompt: { positive: 'a red circle' } })
  })

  test('after a restart and a month', async () => {
    const job = await t.paint('a red circle')
    await t.built.stop(0)
    t.clock.advance(31 * 24 * 3_600_000)
    await t.restart()
    const varied = await press({ kind: 'vary-subtle', pictureId: pictureOf(job) })
    expect(varied).toMatchObject({ state: 'done', parent: { jobId: job.id } })
  })

  test('for everybody, and reply in the conversation of the press', async () => {
    const job = await t.paint('a red circle')
    const thread = {
      platform: 'web',
      spaceId: 'web',
      channelId: 'chat',
      threadId: 't1',
      kind: 'thread',
      audience: 'space',
    } as const
    const refined = await press(
      { kind: 'refine', pictureId: pictureOf(job) },
      t.callerNamed('ben', { conversation: thread }),
    )
    expect(refined).toMatchObject({ author: { userId: 'ben' }, conversation: thread })
  })

  test('on a failed job: Re-roll', async () => {
    await t.dispose()
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const { id } = await t.ask('a red circle')
    await t.until(() => t.workers.underway.length === 1)
    t.workers.current.end({ kind: 'cancelled' })
    await t.settled()
    t.workers.mode = 'at-once'
    const again = await press({ kind: 're-roll', jobId: id })
    expect(again).toMatchObject({ state: 'done', order: { prompt: { positive: 'a red circle' } } })
  })

  test('when the model has changed since, which is said, but not when it is gone', async () => {
    const job = await t.paint('a red circle')
    await t.built.stop(0)
    t.options.models = [{ ...demoModel, hash: 'new-weights' }]
    await t.restart()
    const outcome = await t.easel.act({ kind: 're-roll', jobId: job.id }, t.caller())
    expect(outcome).toMatchObject({
      kind: 'accepted',
      jobs: [{ order: { model: { hash: 'new-weights' } } }],
      notices: [{ code: 'model-changed', details: { model: 'demo' } }],
    })
    await t.settled()
    await t.built.stop(0)
    t.options.models = []
    await t.restart()
    expect(codes(await t.easel.act({ kind: 're-roll', jobId: job.id }, t.caller()))).toEqual([
      'model-unknown',
    ])
  })
})
