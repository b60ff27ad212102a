/** Thirty pictures on Slack whose author asks to be forgotten: nothing of them is left, and nobody else waits for it. */
import { afterEach, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import type { Post } from '../../fakes/slack/world.ts'
import { lastOf, SlackTest } from './start-slack.ts'

const count = 30

let t: SlackTest
afterEach(() => t.dispose())

const hasPicture = (post: Post) => post.blocks.some(block => block.type === 'image')

it('thirty pictures are forgotten on Slack, and a delivery in between is not starved', async () => {
  t = await SlackTest.start({ easel: { config: { limits: { maxQueuedPerPerson: count } } } })
  const { slack, clock, test } = t
  const { ada, bob, channel, team } = t.scene
  for (let i = 0; i < count; i++)
    await t.over(
      ada.types('/imagine', `a secret cat ${i}`, { channelId: i % 3 === 0 ? ada.direct.id : channel.id }),
    )
  await t.calm()
  const standing = () =>
    slack.world.posts.filter(({ authorId, deleted, onlyFor }) => {
      return authorId === team.botUserId && !deleted && onlyFor === undefined
    })
  const files = () => [...slack.world.files.values()].filter(({ state }) => state !== 'deleted')
  expect(standing().filter(hasPicture)).toHaveLength(count)
  const before = { messages: standing().length, files: files().length, calls: slack.api.calls.length }

  await t.over(ada.types('/easel', 'forget me', { channelId: channel.id }))
  const beganMs = clock.monotonicMs()
  await t.over(ada.presses(lastOf(slack.ephemeralMessages(ada)), en.forget.yes))
  const other = slack.addChannel(team, 'other')
  await t.over(bob.types('/imagine', 'a blue square', { channelId: other.id }))
  const bobsResult = () =>
    t
      .cards(other.id)
      .flatMap(card => t.thread(card))
      .filter(hasPicture)
  await t.passing(() => bobsResult().length === 1)
  const bobMs = clock.monotonicMs() - beganMs
  const leftThen = test.pending.length
  await t.calm()
  const tookMs = clock.monotonicMs() - beganMs

  const bobsFiles = files().map(({ name }) => name)
  expect(
    standing()
      .map(post => t.text(post))
      .join(),
  ).not.toContain('secret')
  expect(standing()).toHaveLength(2)
  expect(bobsFiles).toHaveLength(1)
  expect(slack.limits.rude).toEqual([])
  const deletes = slack.api.calls
    .slice(before.calls)
    .filter(({ method }) => method === 'chat.delete' || method === 'files.delete')
  console.info(
    `slack forgotten: ${before.messages} messages and ${before.files} files in ${tookMs / 1000} s, ${deletes.length} calls, ${slack.limits.refusals} over their rate; somebody else's picture came after ${bobMs / 1000} s, while ${leftThen} deliveries were still being deleted`,
  )
  expect(leftThen).toBeGreaterThan(0)
})
