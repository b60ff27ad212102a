/** The steps of a delivery: nothing is made twice, and nothing of which no answer came is forgotten. */
import { expect, it } from 'vitest'
import type { StepOptions, StepRecord, Steps } from '../../../src/app/delivery/courier.ts'
import { originalName, type StepStorage, stepsIn } from '../../../src/app/delivery/steps.ts'

const refused = { kind: 'refused' } as const

/** Its effect takes place, and no answer comes. */
function unanswered(steps: Steps, options: StepOptions = {}): Promise<unknown> {
  const lost = steps.once(
    'card',
    async begin => {
      await begin()
      throw new Error('no answer')
    },
    { makes: 'message', ...options },
  )
  return expect(lost).rejects.toThrow('no answer')
}

it('a try without an answer stays recorded when the next one is refused', async () => {
  const steps = stepsIn(memoryStorage(), () => 7)
  await unanswered(steps, { place: 'here' })
  expect(await steps.once('card', async () => refused, { makes: 'message', place: 'here' })).toEqual(refused)
  expect(steps.all()).toMatchObject([{ name: 'card', state: 'begun', value: 'here', at: 7 }])
})

it('a step that is done is not made again, and its object stays known', async () => {
  const storage = memoryStorage()
  const made: string[] = []
  const retry = () =>
    stepsIn(storage, () => 7).once('file', async begin => {
      await begin()
      made.push(`file ${made.length + 1}`)
      return { kind: 'done', value: made.at(-1) ?? '' }
    })
  expect([await retry(), await retry()]).toEqual(Array(2).fill({ kind: 'done', value: 'file 1' }))
  expect(made).toEqual(['file 1'])
})

it('a step that was refused at its first try leaves nothing', async () => {
  const steps = stepsIn(memoryStorage(), () => 7)
  const made = await steps.once('card', async begin => {
    await begin()
    return refused
  })
  expect(made).toEqual(refused)
  expect(steps.all()).toEqual([])
})

it('nothing is made a second time where the search for the first is refused', async () => {
  const steps = stepsIn(memoryStorage(), () => 7)
  await unanswered(steps, { place: 'here' })
  let makes = 0
  const made = await steps.once(
    'card',
    async () => {
      makes += 1
      return refused
    },
    { makes: 'message', place: 'here', find: async () => refused },
  )
  expect(made).toEqual(refused)
  expect(makes).toBe(0)
  expect(steps.all()).toMatchObject([{ name: 'card', state: 'begun' }])
})

it('a try without an answer is found again, and nothing more is made', async () => {
  const steps = stepsIn(memoryStorage(), () => 7)
  await unanswered(steps, { place: 'here' })
  const find = async (sinceMs: number) => ({ kind: 'done' as const, value: `found since ${sinceMs}` })
  const made = await steps.once('card', async () => Promise.reject(new Error('made')), {
    place: 'here',
    find,
  })
  expect(made).toEqual({ kind: 'done', value: 'found since 7' })
  expect(steps.value('card')).toBe('found since 7')
})

it('a try without an answer in one place is set aside when another place is taken', async () => {
  const steps = stepsIn(memoryStorage(), () => 7)
  await unanswered(steps, { place: 'here' })
  await steps.once('card', async () => ({ kind: 'done', value: 'new' }), { makes: 'message', place: 'there' })
  expect(steps.value('card')).toBe('new')
  const begun = steps.all().filter(({ state }) => state === 'begun')
  expect(begun).toMatchObject([{ makes: 'message', value: 'here' }])
  expect(begun.map(({ name }) => originalName(name))).toEqual(['card'])
})

function memoryStorage(): StepStorage {
  const steps = new Map<string, StepRecord>()
  return {
    get: name => steps.get(name),
    all: () => [...steps.values()],
    async put(step) {
      steps.set(step.name, step)
    },
    async drop(name) {
      steps.delete(name)
    },
  }
}
