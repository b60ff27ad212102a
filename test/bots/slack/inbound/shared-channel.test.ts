/** A channel that is shared with another workspace (Slack Connect): people from there use the app of this one. */
import { afterEach, expect, it } from 'vitest'
import type { Person } from '../../../fakes/slack/person.ts'
import { lastOf, SlackTest, type SlackTestOptions } from '../start-slack.ts'

let t: SlackTest
afterEach(() => t.dispose())

/** Zoe, of another workspace, is in the channel too. */
async function started(options: SlackTestOptions = {}): Promise<Person> {
  t = await SlackTest.start(options)
  const zoe = t.slack.addPerson(t.slack.addTeam('guests'), 'Zoe')
  t.scene.channel.members.add(zoe.id)
  return zoe
}

it('a form that a guest from there submits is painted in that channel', async () => {
  const zoe = await started()
  await t.imagine('a red circle')
  const result = lastOf(t.thread(lastOf(t.cards())))
  await t.over(zoe.presses(result, 'Remix'))
  const answer = await zoe.submits(zoe.modal, { Prompt: 'a blue circle' })
  expect(answer).not.toMatchObject({ kind: 'errors' })
  await t.calm()
  expect(t.jobs().map(({ promptAsTyped }) => promptAsTyped)).toEqual(['a red circle', 'a blue circle'])
  expect(t.test.log.faults).toEqual([])
})
