/** Whatever Slack answers to the edit of a result, its pictures stand once, and no placeholder stands as under way. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { errorsOf } from '../../../fakes/slack/api/error-codes.ts'
import type { Post } from '../../../fakes/slack/world.ts'
import { deliveryEnds, standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

async function ask(prompt: string): Promise<Post[]> {
  await t.scene.ada.types('/imagine', prompt, { channelId: t.scene.channel.id })
  await t.calm()
  const card = t.cards().find(each => t.text(each).includes(prompt))
  if (card === undefined) throw new Error('no card')
  return [card, ...t.thread(card)]
}

const hasPictures = ({ blocks, fileIds }: Post) =>
  blocks.some(({ type }) => type === 'image') || (fileIds?.length ?? 0) > 0

it.each(['own', 'beside'])('every code of chat.update for the result, and %s pictures', async where => {
  t.slack.faults.acceptsUnsharedFiles = where === 'own'
  for (const code of errorsOf['chat.update'] ?? []) {
    t.slack.faults.choose = (method, args) =>
      method === 'chat.update' && JSON.stringify(args).includes('"type":"image"') ? code : undefined
    const shown = await ask(`a cat of ${code}`)
    const direct = t.slack.posts(t.scene.ada.direct.id).filter(post => t.text(post).includes(code))
    expect([...shown, ...direct].filter(hasPictures), code).toHaveLength(1)
    expect(standingAsUnderway(shown.map(post => t.text(post))), code).toEqual([])
  }
  expect(new Set(deliveryEnds(t.test).map(({ end }) => end))).toEqual(new Set(['arrived']))
})

it.each([
  ['a while after the call', 5000],
  ['never', Number.POSITIVE_INFINITY],
])('files that Slack shares %s: what is said to stand above stands above', async (_, sharingMs) => {
  t.slack.faults.acceptsUnsharedFiles = false
  t.slack.faults.sharingMs = sharingMs
  const shown = await ask('a late cat')
  const texts = shown.map(post => t.text(post))
  const above = texts.findIndex(text => text.includes(en.slack.replies.picturesAbove))
  if (above >= 0) expect(shown.slice(1, above).some(hasPictures), texts.join('\n---\n')).toBe(true)
  expect(standingAsUnderway(texts)).toEqual([])
  const [delivery] = deliveryEnds(t.test)
  if (sharingMs === 5000) expect(delivery?.end).toBe('arrived')
  else {
    expect(above).toBe(-1)
    expect(delivery?.end).toBe('undeliverable')
    expect(t.test.easel.notices(t.test.job(delivery?.jobId ?? '').author).undelivered).toHaveLength(1)
  }
})

it('the last state of eight cards in one channel arrives', async () => {
  const { ada, bob, channel } = t.scene
  for (let i = 0; i < 8; i++)
    await (i % 2 === 0 ? ada : bob).types('/imagine', `a cat number ${i}`, { channelId: channel.id })
  await t.calm()
  expect(t.cards()).toHaveLength(8)
  for (const card of t.cards()) expect(t.text(card)).toContain(en.job.done(1))
})
