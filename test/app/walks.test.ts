import { afterEach, expect, test } from 'vitest'
import type { Action } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { type Button, buttonRows, meaningOf } from '../../src/bots/messages/buttons.ts'
import { en } from '../../src/words/en.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { type SeededRandom, seededRandom } from '../helpers/random/seeded-random.ts'

const walks = 6
const presses = 15
/** Each generation of Upscale is four times the pixels: those of a test must stay small. */
const largestPx = 128

let t: TestEasel
afterEach(() => t.dispose())

/** Buttons under a result that make a new job. */
function makingButtons(job: JobView): Button[] {
  const large = job.pictures.some(({ widthPx, heightPx }) => Math.max(widthPx, heightPx) > largestPx)
  return buttonRows(job, en)
    .flat()
    .filter(({ action }) => !['info', 'delete', 'cancel'].includes(action))
    .filter(({ action }) => action !== 'upscale' || !large)
}

function actionFor(button: Button, random: SeededRandom): Action {
  const request = { prompt: `remix ${random.next()}` }
  const meaning = meaningOf(button)
  return meaning.kind === 'action' ? meaning.action : { kind: 'remix', pictureId: button.targetId, request }
}

async function restartAfter(idleMs: number): Promise<void> {
  await t.built.stop(0)
  t.clock.advance(idleMs)
  await t.restart()
}

async function start(count: number, threadId: string): Promise<JobView> {
  const conversation = { ...t.caller().conversation, threadId, kind: 'thread' } as const
  const outcome = await t.easel.imagine({ prompt: 'a red circle', count }, t.caller({ conversation }))
  await t.settled()
  return t.job(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : JSON.stringify(outcome))
}

test('any button of any result, however many generations deep, after restarts and months, makes a job in its thread', {
  timeout: 120_000,
}, async () => {
  const random = seededRandom('walks')
  t = await buildTestEasel()
  let deepest = 0
  for (let walk = 0; walk < walks; walk++) {
    const jobs = [await start(1 + random.below(4), `thread-${walk}`)]
    const generations = new Map([[jobs[0]?.id, 0]])
    for (let press = 0; press < presses; press++) {
      // Mostly the newest, now and then one from long ago.
      const parent = random.next() < 0.7 ? (jobs.at(-1) ?? random.pick(jobs)) : random.pick(jobs)
      const button = random.pick(makingButtons(parent))
      const said = `walk ${walk}, press ${press}: ${button.action} of generation ${generations.get(parent.id)}`
      const { conversation } = parent
      const outcome = await t.easel.act(actionFor(button, random), t.caller({ conversation }))
      expect(outcome.kind, `${said}: ${JSON.stringify(outcome)}`).toBe('accepted')
      const made = outcome.kind === 'accepted' ? outcome.jobs[0] : undefined
      await t.settled()
      const child = t.job(made?.id ?? said)
      expect(child, said).toMatchObject({ state: 'done', conversation, parent: { jobId: parent.id } })
      const target = button.action === 're-roll' ? parent.pictures[0]?.id : button.targetId
      expect(child.parent?.pictureId, said).toBe(target)
      jobs.push(child)
      generations.set(child.id, (generations.get(parent.id) ?? 0) + 1)
      if (random.next() < 0.1) await restartAfter(random.next() * 40 * 24 * 3_600_000)
    }
    deepest = Math.max(deepest, ...generations.values())
    expect(t.jobsIn(t.caller().conversation, 1000)).toHaveLength((walk + 1) * (presses + 1))
  }
  expect(deepest).toBeGreaterThan(3)
  expect(t.log.faults).toEqual([])
})
