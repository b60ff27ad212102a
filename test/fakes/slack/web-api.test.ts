import { LogLevel, WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../fake-clock.ts'
import { FakeSlack } from './fake-slack.ts'
import type { Person } from './person.ts'
import type { Channel, Team } from './world.ts'

let clock: FakeClock
let slack: FakeSlack
let team: Team
let ada: Person
let channel: Channel
let client: WebClient

beforeEach(async () => {
  clock = new FakeClock()
  slack = new FakeSlack(clock)
  await slack.start()
  team = slack.addTeam('acme')
  ada = slack.addPerson(team, 'ada', { admin: true })
  channel = slack.addChannel(team, 'art')
  client = clientFor(team.botToken)
})
afterEach(() => slack.stop())

function clientFor(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  })
}

/** Refusals are what these tests are about. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { data?: { error?: string }; message: string }) => error.data?.error ?? error.message,
  )

async function upload(channelId?: string, threadTs?: string): Promise<string> {
  const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
    filename: 'a.png',
    length: 3,
    alt_text: 'a dot',
  })
  expect((await fetch(url, { method: 'POST', body: new Uint8Array([1, 2, 3]) })).status).toBe(200)
  await client.apiCall('files.completeUploadExternal', {
    files: [{ id, title: 'A dot' }],
    channel_id: channelId,
    thread_ts: threadTs,
  })
  return id
}

const imageBlock = (id: string) => [{ type: 'image' as const, alt_text: 'a dot', slack_file: { id } }]

describe('tokens and scopes of the fake Slack', () => {
  it('knows the bot by its token and nobody else', async () => {
    expect(await client.auth.test()).toMatchObject({ team_id: team.id, user_id: team.botUserId })
    expect(await errorOf(clientFor('xoxb-forged').auth.test())).toBe('invalid_auth')
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

  it('fails as planned', async () => {
    slack.faults.failNext('auth.test', 503, 'internal_error')
    await expect(client.auth.test()).rejects.toMatchObject({ statusCode: 503 })
    expect(await errorOf(client.auth.test())).toBe('internal_error')
    expect(await errorOf(client.auth.test())).toBe('ok')
  })
})

describe('triggers and response URLs of the fake Slack', () => {
  const modal = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Hi' }, blocks: [] }

  it('opens one modal per trigger, within 3 s', async () => {
    const trigger = slack.interactions.trigger(ada.member)
    await client.views.open({ trigger_id: trigger, view: modal })
    expect(ada.modal.content).toMatchObject({ title: { text: 'Hi' } })
    expect(await errorOf(client.views.open({ trigger_id: trigger, view: modal }))).toBe(
      'exchanged_trigger_id',
    )
    const late = slack.interactions.trigger(ada.member)
    clock.advance(3000)
    expect(await errorOf(client.views.open({ trigger_id: late, view: modal }))).toBe('expired_trigger_id')
    expect(await errorOf(client.views.open({ trigger_id: 'forged', view: modal }))).toBe('invalid_trigger_id')
  })

  it('takes five answers to a response URL, in 30 minutes', async () => {
    const url = slack.responseUrl({ memberId: ada.id, channelId: channel.id })
    const answer = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'hi' }) })
    for (let i = 0; i < 5; i++) expect((await answer()).status).toBe(200)
    expect(await (await answer()).text()).toBe('used_url')
    const old = slack.responseUrl({ memberId: ada.id, channelId: channel.id })
    clock.advance(30 * 60_000)
    const late = await fetch(old, { method: 'POST', body: JSON.stringify({ text: 'hi' }) })
    expect(await late.text()).toBe('expired_url')
    expect(slack.ephemeralMessages(ada)).toHaveLength(5)
  })

  it('replaces a view only while its hash is current', async () => {
    const { view } = await client.views.open({
      trigger_id: slack.interactions.trigger(ada.member),
      view: modal,
    })
    const update = (hash: string | undefined) =>
      client.views.update({ view_id: view?.id ?? '', ...(hash === undefined ? {} : { hash }), view: modal })
    expect(await errorOf(update(view?.hash))).toBe('ok')
    expect(await errorOf(update(view?.hash))).toBe('hash_conflict')
  })
})
