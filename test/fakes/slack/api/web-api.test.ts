import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../../fake-clock.ts'
import type { FakeSlack } from '../fake-slack.ts'
import type { Person } from '../person.ts'
import type { Channel, Team } from '../world.ts'
import { clientFor, errorOf, startWorkspace, upload as uploadTo } from './call-fake.ts'
import { methods } from './web-api.ts'

let clock: FakeClock
let slack: FakeSlack
let team: Team
let ada: Person
let channel: Channel
let client: WebClient

beforeEach(async () => {
  ;({ clock, slack, team, ada, channel, client } = await startWorkspace())
})
afterEach(() => slack.stop())

const upload = (channelId?: string, threadTs?: string) => uploadTo(slack, client, channelId, threadTs)

const imageBlock = (id: string) => [{ type: 'image' as const, alt_text: 'a dot', slack_file: { id } }]

describe('tokens and scopes of the fake Slack', () => {
  it('knows the bot by its token and nobody else', async () => {
    expect(await client.auth.test()).toMatchObject({ team_id: team.id, user_id: team.botUserId })
    expect(await errorOf(clientFor(slack, 'xoxb-forged').auth.test())).toBe('invalid_auth')
  })

  it('refuses a method whose scope is missing', async () => {
    team.scopes.delete('users:read')
    expect(await errorOf(client.users.info({ user: ada.id }))).toBe('missing_scope')
  })

  it('refuses everything once the app is gone', async () => {
    team.installed = false
    expect(await errorOf(client.auth.test())).toBe('token_revoked')
  })
})

describe('messages of the fake Slack', () => {
  it('posts, replies, edits and deletes', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: channel.id, text: 'card' })
    const reply = await client.chat.postMessage({ channel: channel.id, thread_ts: ts, text: 'one' })
    await client.chat.update({ channel: channel.id, ts: reply.ts ?? '', text: 'two' })
    expect(slack.posts(channel.id, ts)).toMatchObject([{ text: 'two', editCount: 1 }])
    await client.chat.delete({ channel: channel.id, ts: reply.ts ?? '' })
    expect(slack.posts(channel.id, ts)).toEqual([])
    expect(
      await errorOf(client.chat.update({ channel: channel.id, ts: reply.ts ?? '', text: 'three' })),
    ).toBe('message_not_found')
  })

  it('keeps the bot out of channels it is not in, and hides private ones', async () => {
    const outside = slack.addChannel(team, 'outside', { withoutBot: true })
    const secret = slack.addChannel(team, 'secret', { withoutBot: true, private: true })
    expect(await errorOf(client.chat.postMessage({ channel: outside.id, text: 'x' }))).toBe('not_in_channel')
    expect(await errorOf(client.chat.postMessage({ channel: secret.id, text: 'x' }))).toBe(
      'channel_not_found',
    )
  })

  it('replies to parents only, and edits only what the bot wrote', async () => {
    const post = ada.writes('hello', { channelId: channel.id })
    const reply = await client.chat.postMessage({ channel: channel.id, thread_ts: post.ts, text: 'x' })
    expect(
      await errorOf(client.chat.postMessage({ channel: channel.id, thread_ts: reply.ts ?? '', text: 'x' })),
    ).toBe('cannot_reply_to_message')
    expect(await errorOf(client.chat.update({ channel: channel.id, ts: post.ts, text: 'x' }))).toBe(
      'cant_update_message',
    )
  })

  it('refuses unknown arguments, empty messages and bad blocks', async () => {
    expect(
      await errorOf(client.apiCall('chat.postMessage', { channel: channel.id, text: 'x', colour: 'red' })),
    ).toBe('invalid_arguments')
    expect(await errorOf(client.apiCall('chat.postMessage', { channel: channel.id }))).toBe('no_text')
    expect(await errorOf(client.chat.postMessage({ channel: channel.id, text: 'x'.repeat(40_001) }))).toBe(
      'msg_too_long',
    )
    expect(
      await errorOf(
        client.apiCall('chat.postMessage', { channel: channel.id, text: 'x', blocks: [{ type: 'header' }] }),
      ),
    ).toBe('invalid_blocks')
  })

  it('shows an ephemeral to one person and lets nobody edit it', async () => {
    const { message_ts: ts = '' } = await client.chat.postEphemeral({
      channel: channel.id,
      user: ada.id,
      text: 'psst',
    })
    expect(slack.ephemeralMessages(ada)).toMatchObject([{ text: 'psst' }])
    expect(await errorOf(client.chat.update({ channel: channel.id, ts, text: 'x' }))).toBe(
      'message_not_found',
    )
  })
})

describe('files of the fake Slack', () => {
  it('shows an uploaded file in a thread', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: channel.id, text: 'card' })
    const id = await upload(channel.id, ts)
    expect(slack.posts(channel.id, ts)).toMatchObject([{ fileIds: [id] }])
    expect((await client.files.info({ file: id })).file).toMatchObject({ mimetype: 'image/png' })
  })

  it('refuses a file in a block until it is processed', async () => {
    slack.faults.processingMs = 2000
    const id = await upload(channel.id)
    expect((await client.files.info({ file: id })).file?.mimetype).toBe('')
    const post = () => client.chat.postMessage({ channel: channel.id, text: 'x', blocks: imageBlock(id) })
    expect(await errorOf(post())).toBe('invalid_blocks')
    clock.advance(2000)
    expect(await errorOf(post())).toBe('ok')
  })

  it('says ok before a file is in its conversation: the message and its share come later, or never', async () => {
    slack.faults.sharingMs = 3000
    const id = await upload(channel.id)
    const shares = async () => (await client.files.info({ file: id })).file?.shares
    expect([slack.posts(channel.id), await shares()]).toEqual([[], {}])
    const post = () => client.chat.postMessage({ channel: channel.id, text: 'x', blocks: imageBlock(id) })
    expect(await errorOf(post())).toBe('invalid_blocks')
    clock.advance(3000)
    const [shared] = slack.posts(channel.id)
    expect(shared?.fileIds).toEqual([id])
    expect(await shares()).toEqual({ public: { [channel.id]: [{ ts: shared?.ts }] } })
    slack.faults.sharingMs = Number.POSITIVE_INFINITY
    await upload(channel.id)
    clock.advance(3_600_000)
    expect(slack.posts(channel.id)).toHaveLength(1)
  })

  it('lists shares in public channels apart from all others', async () => {
    const secret = slack.addChannel(team, 'secret', { private: true })
    const id = await upload(secret.id)
    const { file } = await client.files.info({ file: id })
    expect(Object.keys(file?.shares ?? {})).toEqual(['private'])
  })

  it('takes no upload into a channel that the bot is not in', async () => {
    const outside = slack.addChannel(team, 'outside', { withoutBot: true })
    expect(await errorOf(upload(outside.id))).toBe('not_in_channel')
  })

  it('refuses a file in a block of a conversation where it is not shared, unless told to take it', async () => {
    const id = await upload()
    const post = () => client.chat.postMessage({ channel: channel.id, text: 'x', blocks: imageBlock(id) })
    expect(await errorOf(post())).toBe('invalid_blocks')
    slack.faults.acceptsUnsharedFiles = true
    expect(await errorOf(post())).toBe('ok')
  })

  it('shares into a thread by its parent only, and never with a markdown block', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: channel.id, text: 'card' })
    const reply = await client.chat.postMessage({ channel: channel.id, thread_ts: ts, text: 'x' })
    expect(await errorOf(upload(channel.id, reply.ts))).toBe('thread_not_found')
    const reserved = await client.files.getUploadURLExternal({ filename: 'a.png', length: 1 })
    await fetch(reserved.upload_url ?? '', { method: 'POST', body: 'x' })
    expect(
      await errorOf(
        client.apiCall('files.completeUploadExternal', {
          files: [{ id: reserved.file_id }],
          channel_id: channel.id,
          blocks: [{ type: 'markdown', text: '# x' }],
        }),
      ),
    ).toBe('internal_error')
  })

  it('refuses an upload of another length than announced', async () => {
    const reserved = await client.files.getUploadURLExternal({ filename: 'a.png', length: 2 })
    const answer = await fetch(reserved.upload_url ?? '', { method: 'POST', body: 'xyz' })
    expect(answer.status).toBe(400)
  })

  it('gives bytes to the token and a sign-in page to everybody else', async () => {
    const id = await upload(channel.id)
    const url = (await client.files.info({ file: id })).file?.url_private ?? ''
    const opened = await fetch(url, { headers: { authorization: `Bearer ${team.botToken}` } })
    expect(new Uint8Array(await opened.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
    expect(slack.api.deniedDownloads).toBe(1)
  })

  it('takes a deleted file out of its messages', async () => {
    const id = await upload(channel.id)
    await client.files.delete({ file: id })
    expect(slack.posts(channel.id)).toEqual([])
    expect(await errorOf(client.files.info({ file: id }))).toBe('file_deleted')
  })
})

describe('rate limits of the fake Slack', () => {
  it('answers 429 with Retry-After above the tier, and counts calls inside the wait', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: channel.id, text: 'x' })
    const edit = () => client.chat.update({ channel: channel.id, ts, text: 'y' })
    for (let i = 0; i < 50; i++) await edit()
    await expect(edit()).rejects.toMatchObject({ retryAfter: 2 })
    expect(slack.limits.rude).toEqual([])
    await expect(edit()).rejects.toMatchObject({ retryAfter: 2 })
    expect(slack.limits.rude).toHaveLength(1)
    clock.advance(2000)
    expect(await errorOf(edit())).toBe('ok')
  })

  it('lets one message a second into a channel, with short bursts', async () => {
    const post = (id: string) => client.chat.postMessage({ channel: id, text: 'x' })
    for (let i = 0; i < 5; i++) await post(channel.id)
    await expect(post(channel.id)).rejects.toMatchObject({ retryAfter: 1 })
    expect(await errorOf(post(slack.addChannel(team, 'other').id))).toBe('ok')
    clock.advance(1000)
    expect(await errorOf(post(channel.id))).toBe('ok')
  })

  it('counts by method and by workspace', async () => {
    const id = await upload(channel.id)
    const look = (of: WebClient, file = id) => errorOf(of.files.info({ file }))
    for (let i = 0; i < 100; i++) await look(client)
    expect(await look(client)).toBe('A rate-limit has been reached, you may retry this request in 1 seconds')
    expect(await errorOf(client.auth.test())).toBe('ok')
    const other = slack.addTeam('other')
    expect(await look(clientFor(slack, other.botToken))).toBe('file_not_found')
    clock.advance(1000)
    expect(await look(client)).toBe('ok')
  })

  it.each([
    ['chat.update', 3],
    ['chat.delete', 3],
    ['files.info', 4],
    ['files.delete', 3],
    ['files.completeUploadExternal', 4],
    ['views.open', 4],
    ['users.info', 4],
    ['conversations.open', 3],
  ])('%s is of tier %i', (name, tier) => {
    expect(methods[name]?.tier).toBe(tier)
  })

  it('fails as planned', async () => {
    slack.faults.failNext('auth.test', 503, 'internal_error')
    await expect(client.auth.test()).rejects.toMatchObject({ statusCode: 503 })
    expect(await errorOf(client.auth.test())).toBe('internal_error')
    expect(await errorOf(client.auth.test())).toBe('ok')
  })
})
