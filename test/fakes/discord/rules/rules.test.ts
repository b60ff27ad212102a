import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../../fake-clock.ts'
import { askFake, startGuild } from '../ask-fake.ts'
import type { FakeDiscord } from '../fake-discord.ts'
import type { Person } from '../people.ts'
import type { Channel, Guild } from '../world.ts'
import { RateLimits } from './rate-limits.ts'

let clock: FakeClock
let discord: FakeDiscord
let guild: Guild
let channel: Channel
let ada: Person

beforeEach(async () => {
  ;({ clock, discord, guild, channel, ada } = await startGuild())
})
afterEach(() => discord.stop())

const ask = (method: string, path: string, body?: object, files?: Uint8Array[]) =>
  askFake(discord, method, path, body, files)
const post = (to: Channel, body: object = { content: 'c' }) =>
  ask('POST', `/channels/${to.id}/messages`, body)
const png = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: 'red' } })
    .png()
    .toBuffer()

describe('messages on the fake Discord', () => {
  it('are posted, edited, read and deleted, and gone afterwards', async () => {
    const { id } = await post(channel)
    const path = `/channels/${channel.id}/messages/${id}`
    expect((await ask('PATCH', path, { content: 'changed' })).status).toBe(200)
    expect(discord.transcript(channel)).toBe('#pictures\nEasel (edited):\n  changed')
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('PATCH', path, { content: 'late' })).code).toBe(10008)
  })

  it('need the right token, a known channel and the right to send', async () => {
    expect((await ask('POST', '/channels/1/messages', { content: 'c' })).code).toBe(10003)
    discord.world.deny(channel, 'SendMessages')
    expect((await post(channel)).code).toBe(50013)
    discord.world.deny(channel, 'ViewChannel')
    expect((await post(channel)).code).toBe(50001)
    const elsewhere = discord.channel('far', discord.guild('Strangers', { botIsMember: false }))
    expect((await post(elsewhere)).code).toBe(50001)
    const bare = await fetch(`${discord.apiUrl}/v10/users/@me`, { headers: { Authorization: 'Bot wrong' } })
    expect(bare.status).toBe(401)
  })

  it('vanish with their channel', async () => {
    const { id } = await post(channel)
    discord.deleteChannel(channel)
    expect((await ask('PATCH', `/channels/${channel.id}/messages/${id}`, { content: 'c' })).code).toBe(10003)
  })

  it('are made once for one enforced nonce, for some minutes', async () => {
    const once = { content: 'c', nonce: 'job-1', enforce_nonce: true }
    const first = await post(channel, once)
    expect((await post(channel, once)).id).toBe(first.id)
    clock.advance(6 * 60_000)
    expect((await post(channel, once)).id).not.toBe(first.id)
  })

  it('hold files that are named, described, small enough and there', async () => {
    const picture = await png(8)
    const body = { content: '', attachments: [{ id: 0, filename: 'a.png', description: 'red' }] }
    await ask('POST', `/channels/${channel.id}/messages`, body, [picture])
    expect(discord.transcript(channel)).toMatch(/<a\.png: 8×8, \d+ bytes, [0-9a-f]{8}, alt “red”>/)

    const shows = {
      flags: 1 << 15,
      components: [{ type: 12, items: [{ media: { url: 'attachment://b.png' } }] }],
    }
    expect((await ask('POST', `/channels/${channel.id}/messages`, shows, [picture])).code).toBe(50035)
    const unknown = { content: 'c', attachments: [{ id: 3 }] }
    expect((await post(channel, unknown)).code).toBe(50035)
    discord.uploadLimitBytes = picture.length - 1
    const refused = await ask('POST', `/channels/${channel.id}/messages`, body, [picture])
    expect([refused.status, refused.code]).toEqual([413, 40005])
  })

  it('count every bell that they ring, and every link and mention that is live', async () => {
    const said = `@everyone <@${ada.user.id}> [here](https://evil.example) https://plain.example \\@everyone \`<@1>\``
    await post(channel, { content: said })
    expect(discord.world.pings).toHaveLength(2)
    await post(channel, { content: said, allowed_mentions: { parse: [] } })
    expect(discord.world.pings).toHaveLength(2)
    expect(discord.links).toHaveLength(4)
    expect(discord.mentions).toHaveLength(4)
  })

  it('ring for the one replied to, unless told not to', async () => {
    const said = await ada.says(channel, 'hello')
    const reply = { content: 'c', message_reference: { message_id: said.id } }
    await post(channel, reply)
    await post(channel, { ...reply, allowed_mentions: { parse: [] } })
    expect(discord.world.pings).toHaveLength(1)
  })
})

describe('threads on the fake Discord', () => {
  const start = (messageId: string, name = 'a thread') =>
    ask('POST', `/channels/${channel.id}/messages/${messageId}/threads`, { name })

  it('share the id of their message, and there is one', async () => {
    const card = await post(channel)
    expect((await start(card.id)).id).toBe(card.id)
    expect((await start(card.id)).code).toBe(160004)
    const thread = discord.world.channels.get(card.id)
    if (!thread) throw new Error('no thread')
    await post(thread, { content: 'inside' })
    expect(discord.transcript(channel)).toContain('└─ thread “a thread”\n   Easel:\n     inside')
  })

  it('want a name of 1 to 100, the permission, a text channel and room', async () => {
    const card = await post(channel)
    expect((await start(card.id, 'x'.repeat(101))).code).toBe(50035)
    expect((await start(card.id, '  ')).code).toBe(50035)
    const direct = discord.world.directChannel(ada.user)
    const inDm = await post(direct)
    const path = `/channels/${direct.id}/messages/${inDm.id}/threads`
    expect((await ask('POST', path, { name: 't' })).code).toBe(50003)
    guild.maxActiveThreads = 0
    expect((await start(card.id)).code).toBe(160006)
    discord.world.deny(channel, 'CreatePublicThreads')
    expect((await start(card.id)).code).toBe(50013)
  })

  it('refuse edits while archived, and wake for a new message or on request', async () => {
    const card = await post(channel)
    await start(card.id)
    const thread = discord.world.channels.get(card.id)
    if (!thread) throw new Error('no thread')
    const inside = await post(thread)
    const edit = () => ask('PATCH', `/channels/${thread.id}/messages/${inside.id}`, { content: 'e' })
    thread.archived = true
    expect((await edit()).code).toBe(50083)
    expect((await ask('PATCH', `/channels/${thread.id}`, { archived: false })).status).toBe(200)
    expect((await edit()).status).toBe(200)
    thread.archived = true
    await post(thread)
    expect(thread.archived).toBe(false)
  })
})

describe('limits and mishaps on the fake Discord', () => {
  it('refuses the sixth message of a window with 429 and says how long to wait', async () => {
    const limits = new RateLimits(clock, 1)
    const take = () => limits.take('POST', '/channels/:channel/messages', '1')
    for (let i = 0; i < 5; i++) expect(take().kind).toBe('allowed')
    clock.advance(1000)
    expect(take()).toMatchObject({ kind: 'refused', retryAfterMs: 4000, global: false })
    expect(limits.refused).toBe(1)
    clock.advance(4000)
    expect(take().headers).toMatchObject({ 'X-RateLimit-Limit': '5', 'X-RateLimit-Remaining': '4' })
  })

  it('counts five edits in 5 s by channel, and edits apart from messages', () => {
    const limits = new RateLimits(clock, 1)
    const edit = (channel: string) =>
      limits.take('PATCH', '/channels/:channel/messages/:message', channel).kind
    for (let i = 0; i < 5; i++) expect(edit('1')).toBe('allowed')
    expect(edit('1')).toBe('refused')
    expect(edit('2')).toBe('allowed')
    expect(limits.take('POST', '/channels/:channel/messages', '1').kind).toBe('allowed')
    clock.advance(5000)
    expect(edit('1')).toBe('allowed')
  })

  it('brings the mishaps that were ordered, once each', async () => {
    discord.faults.order(/POST .*messages/, { kind: 'status', status: 502 })
    discord.faults.order(/POST .*messages/, { kind: 'too-many', scope: 'cloudflare', retryAfterMs: 10 })
    discord.faults.order(/POST .*messages/, { kind: 'cut', when: 'after' })
    expect((await post(channel)).status).toBe(502)
    expect((await post(channel)).status).toBe(429)
    await expect(post(channel)).rejects.toThrow()
    expect(discord.world.messagesIn(channel)).toHaveLength(1)
    expect((await post(channel)).status).toBe(200)
  })

  it('logs what it refused', async () => {
    await ask('GET', '/nothing/here')
    expect(discord.refused).toMatchObject([{ status: 404, code: 0, path: '/nothing/here' }])
  })
})
