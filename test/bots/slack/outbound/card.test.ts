/** The card in the channel ends in the outcome, with a small picture where Slack shows it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
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

it('does not go on telling a place in the queue', async () => {
  t.test.workers.mode = 'by-hand'
  const { ada, bob, channel } = t.scene
  await ada.types('/imagine', 'a red circle', { channelId: channel.id })
  await bob.types('/imagine', 'a blue square', { channelId: channel.id })
  await t.passing(() => t.cards().length === 2 && t.cards().every(post => t.thread(post).length === 1))
  t.test.workers.current.finish()
  await t.passing(() => t.test.workers.underway.length === 1)
  t.test.workers.current.step(3)
  const second = () => t.cards().find(post => t.text(post).includes('blue'))
  await t.passing(() => t.text(second() ?? t.cards()[0] ?? never()).includes(en.job.running))
  t.test.workers.current.finish()
  await t.calm()
})

function never(): never {
  throw new Error('no card')
}
