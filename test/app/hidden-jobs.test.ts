/** The queue shows jobs of other conversations as positions without text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeCourier } from '../fakes/fake-courier.ts'
import { ownerIn, type PlaceName, places, viewerAt, viewers } from '../helpers/access-scene.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeAll(async () => {
  const couriers = (['discord', 'slack', 'web'] as const).map(platform => new FakeCourier(platform))
  t = await buildTestEasel({ couriers, config: { admins: ['discord:*:OPERATOR'] } })
})
afterAll(() => t.dispose())

const names = Object.keys(places) as PlaceName[]

const secretOf = (name: PlaceName) => `secret made in ${name}`

/** What a viewer sees of all places in one answer: an owner is another account on each platform. */
function atOnce(viewerName: string, sees: readonly PlaceName[]): readonly PlaceName[] {
  const { platform } = viewerAt(viewerName, places.publicChannel).person
  return viewerName === 'the owner, where each was made'
    ? sees.filter(name => places[name].platform === platform)
    : sees
}

describe('the queue', () => {
  test('shows jobs of other conversations as positions without text', async () => {
    t.workers.mode = 'by-hand'
    for (const name of names) {
      const conversation = places[name]
      await t.ask(secretOf(name), t.caller({ person: ownerIn(conversation), conversation }))
    }
    await t.until(() => t.workers.underway.length === 1)
    for (const [viewerName, { sees }] of Object.entries(viewers)) {
      const viewer = viewerAt(viewerName, places.publicChannel)
      const entries = t.easel.queue(viewer, 100)
      expect(entries).toHaveLength(names.length)
      const told = entries.flatMap(entry => (entry.kind === 'visible' ? entry.job.promptAsTyped : []))
      expect(told.sort(), viewerName).toEqual(atOnce(viewerName, sees).map(secretOf).sort())
      for (const entry of entries.filter(({ kind }) => kind === 'hidden'))
        expect(Object.keys(entry)).toEqual(['kind', 'state'])
    }
    t.workers.mode = 'at-once'
    t.workers.current.finish()
    await t.settled()
  })
})
