/** Who sees and may what in the fake Discord's guilds, channels, threads and direct conversations, and what went where. */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../fake-clock.ts'
import { realClock } from '../real-clock.ts'
import { askFake } from './ask-fake.ts'
import { FakeDiscord } from './fake-discord.ts'
import type { Person } from './people.ts'
import { type Channel, type Guild, isThread } from './world.ts'

let discord: FakeDiscord
let guild: Guild
let channel: Channel
let ada: Person
let bob: Person

beforeEach(async () => {
  discord = new FakeDiscord({ clock: new FakeClock(), realClock, windowScale: 0 })
  await discord.start()
  guild = discord.guild('Painters')
  channel = discord.channel('pictures', guild)
  ada = discord.person('Ada')
  bob = discord.person('Bob')
  await ask('PUT', `/applications/${discord.applicationId}/commands`, [
    { name: 'imagine', description: 'Paint', integration_types: [0, 1] },
  ])
})
afterEach(() => discord.stop())

const ask = (method: string, path: string, body?: object, files?: Uint8Array[]) =>
  askFake(discord, method, path, body, files)
const post = (to: Channel, body: object = { content: 'c' }, files?: Uint8Array[]) =>
  ask('POST', `/channels/${to.id}/messages`, body, files)
const answer = (i: { id: string; token: string }, body: object) =>
  ask('POST', `/interactions/${i.id}/${i.token}/callback`, body)
const picture = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: 'red' } })
    .png()
    .toBuffer()

describe('members of the fake Discord', () => {
  it('act where they are: not in a guild, a channel or a direct conversation of others', async () => {
    const closed = discord.guild('Closed', { members: [bob.user] })
    await expect(ada.types(discord.channel('in', closed), '/imagine')).rejects.toThrow('cannot see')
    const owned = discord.channel('of-bob', guild)
    discord.world.overwrite(owned, 'everyone', { deny: ['ViewChannel'] })
    discord.world.overwrite(owned, bob.user, { allow: ['ViewChannel'] })
    await expect(ada.types(owned, '/imagine')).rejects.toThrow('cannot see')
    await expect(ada.types(discord.world.directChannel(bob.user), '/imagine')).rejects.toThrow('cannot see')
    await bob.types(owned, '/imagine')
    await bob.types(discord.world.directChannel(bob.user), '/imagine')
    expect((await post(owned)).code).toBe(50001)
  })

  it('hold what their own overwrite gives over what everybody lost', () => {
    discord.world.overwrite(channel, 'everyone', { deny: ['SendMessages', 'AttachFiles'] })
    discord.world.overwrite(channel, discord.world.bot, { allow: ['SendMessages'] })
    const has = (bit: bigint) => (discord.world.botPermissions(channel) & bit) !== 0n
    expect([has(1n << 11n), has(1n << 15n)]).toEqual([true, false])
    discord.world.grant(discord.world.bot, guild, 'Administrator')
    expect(has(1n << 15n)).toBe(true)
  })
})

describe('threads of people on the fake Discord', () => {
  it('are closed to the bot where they are private, though its permissions there say nothing of it', async () => {
    const thread = discord.thread('secret', channel, { members: [ada] })
    expect((await post(thread)).code).toBe(50001)
    expect((await ask('GET', `/channels/${thread.id}`)).code).toBe(50001)
    await expect(bob.types(thread, '/imagine')).rejects.toThrow('cannot see')
    const asked = await ada.types(thread, '/imagine')
    expect(asked.event).toMatchObject({ channel: { type: 12 } })
    const permissions = BigInt(String(Reflect.get(asked.event ?? {}, 'app_permissions')))
    expect(permissions & (1n << 38n)).not.toBe(0n)
    expect((await answer(asked, { type: 4, data: { content: 'by token' } })).status).toBe(204)
    discord.world.grant(discord.world.bot, guild, 'ManageThreads')
    expect((await post(thread)).status).toBe(200)
  })

  it('take nothing new and no edit while locked, and answers by token all the same', async () => {
    const thread = discord.thread('talk', channel)
    const inside = await post(thread)
    thread.locked = true
    const edit = () => ask('PATCH', `/channels/${thread.id}/messages/${inside.id}`, { content: 'e' })
    expect([(await post(thread)).code, (await edit()).code]).toEqual([160005, 160005])
    const asked = await ada.types(thread, '/imagine')
    expect((await answer(asked, { type: 4, data: { content: 'by token' } })).status).toBe(204)
    expect((await ask('DELETE', `/channels/${thread.id}/messages/${inside.id}`)).status).toBe(204)
    expect((await ask('PATCH', `/channels/${thread.id}`, { name: 'mine' })).code).toBe(50013)
  })

  it('are gone with their channel, and are then unknown', async () => {
    const thread = discord.thread('talk', channel)
    const { id } = await post(thread)
    discord.deleteChannel(channel)
    expect((await ask('PATCH', `/channels/${thread.id}/messages/${id}`, { content: 'e' })).code).toBe(10003)
    expect([...discord.world.channels.values()].filter(isThread)).toHaveLength(1)
  })
})

describe('a guild of the fake Discord', () => {
  it('blocks words by its moderation, in messages, edits and names of threads, and leaves things as they were', async () => {
    guild.blockedWords.push('Weed')
    expect((await post(channel, { content: 'seaweed' })).code).toBe(200000)
    const { id } = await post(channel, { content: 'grass' })
    const path = `/channels/${channel.id}/messages/${id}`
    expect((await ask('PATCH', path, { content: 'weeds' })).code).toBe(200000)
    expect(discord.transcript(channel)).toBe('#pictures\nEasel:\n  grass')
    expect((await ask('POST', `${path}/threads`, { name: 'weed' })).code).toBe(200001)
  })

  it('takes files as large as its boosts say, for everybody, and as large as Nitro says from one person', async () => {
    const file = await picture(64)
    const body = { content: 'c', attachments: [{ id: 0, filename: 'a.png' }] }
    discord.uploadLimitBytes = file.length - 1
    expect((await post(channel, body, [file])).code).toBe(40005)
    guild.uploadLimitBytes = file.length
    expect((await post(channel, body, [file])).status).toBe(200)
    guild.uploadLimitBytes = undefined
    const rich = discord.person('Rich', { uploadLimitBytes: file.length })
    const asked = await rich.types(channel, '/imagine')
    expect(asked.event).toMatchObject({ attachment_size_limit: file.length })
    await answer(asked, { type: 5 })
    const fill = `/webhooks/${discord.applicationId}/${asked.token}/messages/@original`
    expect((await ask('PATCH', fill, body, [file])).status).toBe(200)
  })

  it('offers a command twice that is registered for all guilds and for this one', async () => {
    const inGuild = `/applications/${discord.applicationId}/guilds/${guild.id}/commands`
    await ask('PUT', inGuild, [{ name: 'imagine', description: 'Paint' }])
    const offered = () => discord.commands.visibleIn(guild).map(({ command }) => command.name)
    expect(offered()).toEqual(['imagine', 'imagine'])
    await ask('PUT', inGuild, [])
    expect(offered()).toEqual(['imagine'])
  })
})

describe('traffic of the fake Discord', () => {
  it('tells what went to which guild, channel, thread and person, in texts, escapes and files', async () => {
    const file = await picture(8)
    const attachments = [{ id: 0, filename: 'a.png' }]
    await post(channel, { content: 'a \\*red\\* fox', attachments }, [file])
    const elsewhere = discord.channel('far', discord.guild('Sculptors'))
    await post(elsewhere, { content: 'nothing' })
    const thread = discord.thread('talk', channel)
    await post(thread, { content: 'inside' })
    const asked = await ada.types(channel, '/imagine')
    await answer(asked, { type: 5, data: { flags: 64 } })
    await ask('POST', `/webhooks/${discord.applicationId}/${asked.token}`, { content: 'whispered' })

    const { traffic } = discord
    expect(traffic.holding('*red* fox')).toMatchObject([{ spaceId: guild.id, conversationId: channel.id }])
    expect(traffic.holding('red', place => place.spaceId !== guild.id)).toEqual([])
    expect(traffic.holding(file).map(({ conversationId }) => conversationId)).toEqual([channel.id])
    expect(traffic.holding('a.png')).toHaveLength(1)
    expect(traffic.holding('inside')).toMatchObject([{ conversationId: thread.id, parentId: channel.id }])
    expect(traffic.holding('whispered')).toMatchObject([{ personId: ada.user.id }])
  })
})
