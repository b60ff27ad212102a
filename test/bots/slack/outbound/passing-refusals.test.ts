/** What Slack, or something in front of it, refuses for a while or in one place costs nobody a picture. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Post } from '../../../fakes/slack/world.ts'
import { deliveryEnds } from '../../../helpers/delivery-ends.ts'
import { lastOf, SlackTest } from '../start-slack.ts'

const { fileRefusals, picturesRefused } = en.slack.replies

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

const pictures = (post: Post) => post.blocks.filter(({ type }) => type === 'image').length

it('a channel that permits no replies in threads gets the result under the card', async () => {
  t.scene.channel.isThreadless = true
  await t.imagine('a red circle')
  const [card, result, ...more] = t.cards()
  expect(card && t.text(card)).toContain(en.job.done(1))
  expect(result && pictures(result)).toBe(1)
  expect(more).toEqual([])
  expect(t.told(t.scene.ada)).toEqual([])
})

it('and the results of several jobs', async () => {
  t.scene.channel.isThreadless = true
  const { ada } = t.scene
  await t.imagine('a {red, blue} circle')
  await t.over(ada.presses(lastOf(t.slack.ephemeralMessages(ada)), en.chat.confirm.yes(2)))
  await t.calm()
  expect(
    t
      .cards()
      .map(pictures)
      .reduce((sum, count) => sum + count, 0),
  ).toBe(2)
})

it.each([200, 429] as const)(
  'a page of a proxy with %s is not taken for an answer of Slack',
  async status => {
    const { workers, built } = t.test
    workers.mode = 'by-hand'
    await t.scene.ada.types('/imagine', 'a red circle', t.here)
    await t.passing(() => workers.underway.length === 1 && built.db.outbox.pending().length === 0)
    const over = t.slack.faults.failAlways(undefined, { kind: 'page', status })
    const before = t.slack.api.calls.length
    workers.current.finish()
    await t.passing(() => t.slack.api.calls.length - before > 8)
    over()
    await t.calm(1000)
    expect(deliveryEnds(t.test).map(({ end }) => end)).toEqual(['arrived'])
    expect(t.thread(lastOf(t.cards())).map(pictures)).toContain(1)
    expect(JSON.stringify(t.test.log.lines)).not.toContain('Back soon')
  },
)

it('a workspace that moves to an organisation meanwhile is waited for', async () => {
  const { workers, built } = t.test
  workers.mode = 'by-hand'
  await t.scene.ada.types('/imagine', 'a red circle', t.here)
  await t.passing(() => workers.underway.length === 1 && built.db.outbox.pending().length === 0)
  const moved = t.slack.faults.failAlways(undefined, 'org_login_required')
  workers.current.finish()
  await t.passing(() => t.slack.api.calls.filter(({ error }) => error === 'org_login_required').length > 4)
  moved()
  await t.calm(1000)
  expect(deliveryEnds(t.test).map(({ end }) => end)).toEqual(['arrived'])
  expect(t.thread(lastOf(t.cards())).map(pictures)).toContain(1)
})

it.each([
  [503, 'arrived'],
  [429, 'arrived'],
  [404, 'arrived'],
  [403, 'undeliverable'],
  [413, 'undeliverable'],
] as const)('a host for files that answers %i: the result has %s', async (status, end) => {
  const over = t.slack.faults.failAlways('upload', status)
  await t.scene.ada.types('/imagine', 'a red circle', t.here)
  const reserved = () => t.slack.api.calls.filter(({ method }) => method === 'files.getUploadURLExternal')
  await t.passing(() => reserved().length > 3 || (t.test.isIdle && t.test.pending.length === 0))
  over()
  await t.calm(1000)
  expect(deliveryEnds(t.test).map(delivery => delivery.end)).toEqual([end])
  const [card] = t.cards()
  const [job] = t.jobs()
  if (end === 'arrived') return
  for (const post of card ? [card, ...t.thread(card)] : [])
    expect(t.text(post)).toContain(picturesRefused(fileRefusals.upload_refused, job?.id ?? ''))
})

it('a text that Slack refuses in a busy channel comes without it: the refused tries do not use up the rate', async () => {
  const { ada } = t.scene
  t.slack.faults.choose = (method, { blocks }) =>
    method.startsWith('chat.') && String(blocks).includes('a bad cat') ? 'msg_too_long' : undefined
  for (const prompt of ['a bad cat', 'a bad cat, again', 'a bad cat, once more'])
    await ada.types('/imagine', prompt, t.here)
  await t.calm()
  const files = t.cards().map(card => t.thread(card).flatMap(({ fileIds }) => fileIds))
  expect(files.map(({ length }) => length)).toEqual([1, 1, 1])
})
