/** The card in the channel ends in the outcome, with a small picture where Slack shows it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Post } from '../../../fakes/slack/world.ts'
import { standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

async function card(prompt: string): Promise<{ text: string; hasPicture: boolean }> {
  await t.scene.ada.types('/imagine', prompt, { channelId: t.scene.channel.id })
  await t.calm()
  const [post] = t.cards()
  if (post === undefined) throw new Error('no card')
  const hasPicture = post.blocks.some(block => block.type === 'section' && block.accessory?.type === 'image')
  return { text: t.text(post), hasPicture }
}

it('has the first picture beside its title', async () => {
  const { text, hasPicture } = await card('a red circle')
  expect(hasPicture).toBe(true)
  expect(text).toContain(en.job.done(1))
})

it('says the outcome alone where Slack does not show the picture', async () => {
  t.slack.faults.choose = (method, args) =>
    method === 'chat.update' && JSON.stringify(args).includes('accessory') ? 'invalid_blocks' : undefined
  const { text, hasPicture } = await card('a red circle')
  expect(hasPicture).toBe(false)
  expect(text).toContain(en.job.done(1))
})

it('says nothing that may become untrue before the job is over', async () => {
  t.test.workers.mode = 'by-hand'
  const { ada, bob, channel } = t.scene
  await ada.types('/imagine', 'a red circle', { channelId: channel.id })
  await bob.types('/imagine', 'a blue square', { channelId: channel.id })
  const isPlaced = (card: Post) => t.thread(card).some(post => t.text(post).includes(en.job.next))
  await t.passing(() => t.cards().length === 2 && t.cards().some(isPlaced))
  for (const card of t.cards()) {
    expect(t.text(card)).toContain('Asked by')
    expect(standingAsUnderway([t.text(card)])).toEqual([])
  }
  t.test.workers.current.finish()
  await t.passing(() => t.test.workers.underway.length === 1)
  t.test.workers.current.finish()
  await t.calm()
})

it('a card and a message of which no answer came say nothing untrue beside those that replace them', async () => {
  let posts = 0
  t.slack.faults.choose = method => {
    if (method !== 'chat.postMessage') return undefined
    posts += 1
    // The card and its repetition, then the placeholder and its repetition: of each the first is unanswered.
    return posts === 1 || posts === 3 ? { kind: 'cut', when: 'after' } : undefined
  }
  await card('a red circle')
  expect(t.cards()).toHaveLength(2)
  const all = t.cards().flatMap(post => [post, ...t.thread(post)])
  // Two cards; under the second one two placeholders, of which one became the result.
  expect(all).toHaveLength(4)
  expect(standingAsUnderway(all.map(post => t.text(post)))).toEqual([])
})
