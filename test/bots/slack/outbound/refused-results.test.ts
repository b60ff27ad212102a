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
  await t.calm(1000)
  const card = t.cards().find(each => t.text(each).includes(prompt))
  if (card === undefined) throw new Error('no card')
  return [card, ...t.thread(card)]
}

const hasPictures = ({ blocks, fileIds }: Post) =>
  blocks.some(({ type }) => type === 'image') || (fileIds?.length ?? 0) > 0

it.each(['own', 'beside'])('every code of chat.update for the result, and %s pictures', async where => {
  t.slack.faults.acceptsUnsharedFiles = where === 'own'
  for (const code of errorsOf['chat.update'] ?? []) {
    let refused = 0
    t.slack.faults.choose = (method, { blocks }) => {
      // Blocks come as text.
      if (method !== 'chat.update' || !String(blocks).includes('"type":"image"')) return undefined
      // Slack limits the rate for a while.
      if (code === 'rate_limited' && refused === 3) return undefined
      refused += 1
      return code
    }
    const shown = await ask(`a cat of ${code}`)
    const direct = t.slack.posts(t.scene.ada.direct.id).filter(post => t.text(post).includes(code))
    expect([...shown, ...direct].filter(hasPictures), code).toHaveLength(1)
    expect(standingAsUnderway(shown.map(post => t.text(post))), code).toEqual([])
    expect(refused, code).toBeGreaterThan(0)
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
    const { ada, channel } = t.scene
    await t.over(ada.opensHome())
    await t.over(ada.types('/easel', 'queue', { channelId: channel.id }))
    for (const told of [ada.home && t.slack.viewText(ada.home), t.told(ada).at(-1)]) {
      expect(told).toContain('“a late cat” is finished but could not be shown')
      expect(told).toContain(`/easel show ${delivery?.jobId}`)
    }
  }
})

it('after ten minutes a workspace that refused pictures in blocks is asked again', async () => {
  const standsInBlocks = async (prompt: string) => {
    const shown = await ask(prompt)
    expect(shown.filter(hasPictures)).toHaveLength(1)
    return shown.some(({ blocks }) => blocks.some(({ type }) => type === 'image'))
  }
  t.slack.faults.acceptsUnsharedFiles = false
  expect(await standsInBlocks('a first cat')).toBe(false)
  t.slack.faults.acceptsUnsharedFiles = true
  expect(await standsInBlocks('a cat soon after')).toBe(false)
  t.clock.advance(10 * 60_000)
  expect(await standsInBlocks('a later cat')).toBe(true)
})

it('the last state of eight cards in one channel arrives', async () => {
  const { ada, bob, channel } = t.scene
  for (let i = 0; i < 8; i++)
    await (i % 2 === 0 ? ada : bob).types('/imagine', `a cat number ${i}`, { channelId: channel.id })
  await t.calm()
  expect(t.cards()).toHaveLength(8)
  for (const card of t.cards()) expect(t.text(card)).toContain(en.job.done(1))
})
