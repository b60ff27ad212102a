/** What could not be shown or deleted is told at the next occasion, wherever that is. */
import { afterEach, expect, test } from 'vitest'
import type { Caller } from '../../../src/app/people/people.ts'
import { FakeCourier } from '../../fakes/fake-courier.ts'
import { places } from '../../helpers/access-scene.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { letTimePass } from '../../helpers/let-time-pass.ts'

let t: TestEasel
afterEach(() => t.dispose())

function asking(conversation: Caller['conversation'], userId = 'ann'): Caller {
  const { platform, spaceId } = conversation
  return t.caller({ person: { platform, spaceId, userId, name: userId }, conversation })
}

test('the author hears in any place of the platform of a result that arrived nowhere, and of a deletion', async () => {
  const courier = new FakeCourier('discord')
  courier.resultNames = ['edit', 'direct']
  courier.refuse = ({ kind }) =>
    kind === 'open' ? undefined : { kind: 'closed', reason: 'forbidden', code: '50013' }
  t = await buildTestEasel({ couriers: [courier] })
  const ofAnn = asking(places.directMessage)
  const elsewhere = asking(places.publicChannel)
  const told = (caller: Caller) => t.easel.notices(caller.person)
  const passing = (holds: () => boolean) => letTimePass(t.until(holds), t.clock, { graceMs: 0, stepMs: 1000 })
  const job = await t.ask('a red circle', ofAnn)
  await passing(() => told(ofAnn).undelivered.length > 0)
  expect(told(elsewhere).undelivered.map(notice => notice.job.id)).toEqual([job.id])
  expect(told(asking(places.publicChannel, 'bob')).undelivered).toEqual([])

  await t.easel.act({ kind: 'delete', jobId: job.id }, ofAnn)
  await passing(() => told(ofAnn).deletion.kept.length > 0)
  expect(told(elsewhere)).toMatchObject({ undelivered: [], deletion: { kept: [{ code: '50013' }] } })
  expect(told(asking(places.publicChannel, 'bob')).deletion).toEqual({ underway: 0, kept: [] })
})
