/** Thirty pictures on Discord whose author asks to be forgotten: nothing of them is left, and nobody else waits for it. */
import { afterEach, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import type { Message } from '../../fakes/discord/world.ts'
import { atCpuTime } from '../../helpers/measurements/cpu-time-clock.ts'
import { DiscordTest } from './start-discord.ts'

const count = 30

let t: DiscordTest
afterEach(() => t.dispose())

const hasPicture = ({ attachments }: Message) => attachments.length > 0

it('thirty pictures are forgotten on Discord, and a delivery in between is not starved', async () => {
  t = await DiscordTest.start({ easel: { config: { limits: { maxQueuedPerPerson: count } } } })
  const { discord, clock, test } = t
  const { ada, bob, channel, guild } = t.scene
  const direct = discord.world.directChannel(ada.user)
  for (let i = 0; i < count; i++) {
    const place = i % 3 === 0 ? direct : channel
    await t.answered(await ada.types(place, '/imagine', { prompt: `a secret cat ${i}` }))
  }
  const standing = () =>
    [...discord.world.messages.values()].filter(
      ({ author, deleted, ephemeralTo }) => author.bot && !deleted && ephemeralTo === undefined,
    )
  const threads = () => [...discord.world.channels.values()].filter(each => each.type === 11 && !each.deleted)
  // A card has a small picture of its own.
  expect(standing().filter(hasPicture).length).toBeGreaterThanOrEqual(count)
  const before = { messages: standing().length, threads: threads().length, requests: discord.requests.length }

  await t.answered(await ada.types(channel, '/forget me'))
  const asked = [...discord.world.messages.values()].findLast(({ ephemeralTo }) => ephemeralTo === ada.user)
  if (asked === undefined) throw new Error('nothing was asked')
  const beganMs = clock.monotonicMs()
  // Discord asks to wait with deletions until somebody else's picture is there.
  const mayDelete = discord.faults.order(
    /^DELETE .*messages/,
    { kind: 'too-many', scope: 'bucket', retryAfterMs: 1000 },
    Number.POSITIVE_INFINITY,
  )
  ada.presses(asked, en.forget.yes)
  const other = discord.channel('other', guild)
  await bob.types(other, '/imagine', { prompt: 'a blue square' })
  const bobsResults = () =>
    standing().filter(message => hasPicture(message) && message.channel.parentId === other.id)
  await atCpuTime(() => bobsResults().length === 1, { clock, tick: () => {} })
  const bobMs = clock.monotonicMs() - beganMs
  const leftThen = test.pending.length
  mayDelete()
  await t.calm()
  const tookMs = clock.monotonicMs() - beganMs

  const texts = standing().map(message => t.text(message))
  expect([...texts, ...threads().map(({ name }) => name)].join()).not.toContain('secret')
  expect(standing().filter(({ channel: { id, parentId } }) => ![id, parentId].includes(other.id))).toEqual([])
  expect(discord.limits.refused).toBe(0)
  const deletes = discord.requests.slice(before.requests).filter(({ method }) => method === 'DELETE')
  console.info(
    `discord forgotten: ${before.messages} messages and ${before.threads} threads in ${tookMs / 1000} s, ${deletes.length} deletions; somebody else's picture came after ${bobMs / 1000} s, while ${leftThen} deliveries were still being deleted`,
  )
  expect(leftThen).toBeGreaterThan(0)
})
