/** Remix goes on from the very picture whose button was pressed, with the words that made it. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Action, ImagineRequest } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  const plain = { name: 'plain', prompt: '{prompt}, flat', negative: 'shadows' }
  t = await buildTestEasel({ config: { styles: [plain] } })
})
afterEach(() => t.dispose())

async function painted(request: ImagineRequest): Promise<JobView> {
  const outcome = await t.easel.imagine(request, t.caller())
  await t.settled()
  return t.job(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : '')
}

async function press(action: Action): Promise<JobView> {
  const outcome = await t.easel.act(action, t.caller())
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  if (!job) throw new Error(`not accepted: ${JSON.stringify(outcome)}`)
  await t.settled()
  return t.job(job.id)
}

function pictureOf(job: JobView, index = 0): string {
  return job.pictures[index]?.id ?? expect.fail(`job ${job.id} has no picture ${index}`)
}

const remix = (pictureId: string) =>
  press({ kind: 'remix', pictureId, request: { prompt: 'a green circle' } })

test('of a set: that picture alone, from its own seed', async () => {
  const set = await painted({ prompt: 'a red circle', count: 4, seed: 7 })
  const remixed = await remix(pictureOf(set, 2))
  expect(remixed.order).toMatchObject({ seed: 9, count: 1, prompt: { positive: 'a green circle' } })
  expect(remixed.parent).toEqual({ jobId: set.id, pictureId: pictureOf(set, 2) })
})

test('of a picture of a set that was refined, refined again or upscaled: from the seed that painted it', async () => {
  const set = await painted({ prompt: 'a red circle', count: 4, seed: 7 })
  const refined = await press({ kind: 'refine', pictureId: pictureOf(set, 2) })
  const again = await press({ kind: 're-roll', jobId: refined.id })
  const larger = await press({ kind: 'upscale', pictureId: pictureOf(set, 2), factor: 2 })
  for (const job of [refined, again, larger])
    expect((await remix(pictureOf(job))).order, job.order.kind).toMatchObject({ seed: 9, count: 1 })
  await t.easel.act({ kind: 'delete', jobId: set.id }, t.caller())
  expect((await remix(pictureOf(larger))).order).toMatchObject({ seed: 9, count: 1 })
})

test('has a second prompt where the form says one, and none where it was taken out', async () => {
  const pictureId = pictureOf(await painted({ prompt: 'a red circle', prompt2: 'a dog' }))
  expect(t.easel.remixStart(pictureId, t.caller())).toMatchObject({ prompt2: 'a dog' })
  const request = { prompt: 'a red circle', prompt2: 'a cat' }
  const { order } = await press({ kind: 'remix', pictureId, request })
  expect(order).toMatchObject({ prompt: { positive2: 'a cat' } })
  expect((await remix(pictureId)).order).not.toHaveProperty('prompt.positive2')
})

test('begins with the words that painted the picture, whatever was made of it since', async () => {
  const first = await painted({ prompt: 'a red circle', negative: 'dust', style: 'plain' })
  const refined = await press({ kind: 'refine', pictureId: pictureOf(first) })
  const larger = await press({ kind: 'upscale', pictureId: pictureOf(refined), factor: 2 })
  const start = { prompt: 'a red circle, flat', negative: 'dust, shadows' }
  for (const job of [first, refined, larger])
    expect(t.easel.remixStart(pictureOf(job), t.caller()), job.order.kind).toEqual(start)
  await t.easel.act({ kind: 'delete', jobId: first.id }, t.caller())
  expect(t.easel.remixStart(pictureOf(refined), t.caller())).toEqual(start)
  expect(t.easel.remixStart('nosuchpicture001', t.caller())).toBeUndefined()
})
