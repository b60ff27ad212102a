import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../../fakes/discord/world.ts'
import { Asking } from '../asking.ts'

let asking: Asking
beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(() => asking.dispose())

/** Of the job that Ada asks for there. */
async function audienceIn(channel: Channel): Promise<string | undefined> {
  const { ada, test } = asking
  await asking.types(ada, channel, '/imagine', { prompt: 'a cat' })
  const row = test.built.db.client.sqlite.prepare('SELECT id FROM jobs ORDER BY seq DESC').pluck().get()
  return test.job(String(row)).conversation.audience
}

function closed(name: string): Channel {
  const { discord, guild, ada } = asking
  const channel = discord.channel(name, guild)
  discord.world.overwrite(channel, 'everyone', { deny: ['ViewChannel'] })
  for (const user of [ada.user, discord.world.bot])
    discord.world.overwrite(channel, user, { allow: ['ViewChannel'] })
  return channel
}

/** A channel of that type, in which everybody but Bob has that permission. */
function without(name: string, permission: 'ReadMessageHistory' | 'Connect', type: 0 | 2): Channel {
  const { discord, guild, bob } = asking
  const channel = discord.channel(name, guild, { type })
  discord.world.overwrite(channel, bob.user, { deny: [permission] })
  return channel
}

/** Everybody may view it but Bob. */
function closedToBob(name: string): Channel {
  const { discord, guild, bob } = asking
  const channel = discord.channel(name, guild)
  discord.world.overwrite(channel, bob.user, { deny: ['ViewChannel'] })
  return channel
}

describe('who reads a job’s conversation', () => {
  const places: [string, () => Channel, string][] = [
    ['a channel that everybody may see', () => asking.channel, 'space'],
    ['a thread in it', () => asking.discord.thread('talk', asking.channel), 'space'],
    [
      'a private thread in it',
      () => {
        const { discord, channel, ada } = asking
        const thread = discord.thread('whispers', channel, { members: [ada] })
        thread.members.push(discord.world.bot)
        return thread
      },
      'thread',
    ],
    ['a channel that a role is needed for', () => closed('staff'), 'channel'],
    ['a thread in that', () => asking.discord.thread('talk', closed('staff')), 'channel'],
    ['a channel that one member is kept out of', () => closedToBob('calm'), 'channel'],
    ['a thread in it', () => asking.discord.thread('talk', closedToBob('calm')), 'channel'],
    [
      'a channel in which one member sees no earlier messages',
      () => without('now', 'ReadMessageHistory', 0),
      'channel',
    ],
    [
      'the chat of a voice channel that everybody may connect to',
      () => asking.discord.channel('loud', asking.guild, { type: 2 }),
      'space',
    ],
    ['that of a locked voice channel, which is listed', () => without('locked', 'Connect', 2), 'channel'],
    [
      'a channel that an age is needed for',
      () => asking.discord.channel('adults', asking.guild, { nsfw: true }),
      'channel',
    ],
    ['direct messages', () => asking.discord.world.directChannel(asking.ada.user), 'channel'],
    [
      'a group conversation',
      () => asking.discord.world.groupChannel([asking.ada.user, asking.bob.user]),
      'channel',
    ],
    [
      'a server that the app is no member of',
      () => asking.discord.channel('lounge', asking.discord.guild('Strangers', { botIsMember: false })),
      'channel',
    ],
  ]

  it.each(places)('%s', async (_, place, audience) => {
    // Made before the bot hears of the guild, or told of by an event.
    const channel = place()
    await asking.restart()
    expect(await audienceIn(channel)).toBe(audience)
  })
})
