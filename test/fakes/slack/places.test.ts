/** Who sees and may what in the fake Slack's workspaces and conversations, what went where, and what Slack tells late. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../fake-clock.ts'
import { clientFor, errorOf, startWorkspace, upload } from './api/call-fake.ts'
import type { FakeSlack } from './fake-slack.ts'
import type { Person } from './person.ts'
import type { Channel, Team } from './world.ts'

let clock: FakeClock
let slack: FakeSlack
let team: Team
let ada: Person
let bob: Person
let channel: Channel

beforeEach(async () => {
  ;({ clock, slack, team, ada, bob, channel } = await startWorkspace())
})
afterEach(() => slack.stop())

const client = (of: Team = team) => clientFor(slack, of.botToken)

describe('members of the fake Slack', () => {
  it('act in conversations that they are in, and the app posts in those that it is in', async () => {
    const secret = slack.addChannel(team, 'secret', { members: [bob] })
    await expect(ada.types('/imagine', 'x', { channelId: secret.id })).rejects.toThrow('is not in')
    const group = slack.addConversation([ada, bob], { withBot: true })
    const between = slack.addConversation([ada, bob])
    const post = (to: Channel) => errorOf(client().chat.postMessage({ channel: to.id, text: 'x' }))
    expect(await post(secret)).toBe('ok')
    expect(await post(group)).toBe('ok')
    expect(await post(between)).toBe('channel_not_found')
    expect([group.kind, between.kind]).toEqual(['mpim', 'im'])
  })

  it('of another workspace do not exist for it, and neither do conversations and files there', async () => {
    const other = slack.addTeam('other')
    const carl = slack.addPerson(other, 'carl')
    const theirs = slack.addChannel(other, 'theirs')
    const file = await upload(slack, client(other), theirs.id)
    expect(await errorOf(client().users.info({ user: carl.id }))).toBe('user_not_found')
    expect(await errorOf(client().chat.postMessage({ channel: theirs.id, text: 'x' }))).toBe(
      'channel_not_found',
    )
    expect(await errorOf(client().files.info({ file }))).toBe('file_not_found')
  })

  it('are listed for apps with the scope for that kind of conversation', async () => {
    const ask = () => client().conversations.members({ channel: channel.id, limit: 2 })
    team.scopes.delete('channels:read')
    expect(await errorOf(ask())).toBe('missing_scope')
    team.scopes.add('channels:read')
    const first = await ask()
    expect(first.members).toEqual([ada.id, bob.id])
    const cursor = first.response_metadata?.next_cursor ?? ''
    const rest = await client().conversations.members({ channel: channel.id, limit: 2, cursor })
    expect(rest.members).toEqual([team.botUserId])
    const secret = slack.addChannel(team, 'secret', { members: [bob] })
    expect(await errorOf(client().conversations.info({ channel: secret.id }))).toBe('missing_scope')
  })
})

describe('files of people on the fake Slack', () => {
  it('open to the app where they stand in a conversation with it, or were given to it', async () => {
    const outside = slack.addChannel(team, 'outside', { withoutBot: true })
    const given = { name: 'cat.png', bytes: new Uint8Array([1, 2, 3]) }
    const [hidden = ''] = ada.writes('look', { channelId: outside.id }, [given]).fileIds
    const [seen = ''] = ada.writes('look', { channelId: channel.id }, [given]).fileIds
    expect(await errorOf(client().files.info({ file: hidden }))).toBe('file_not_found')
    expect(await errorOf(client().files.info({ file: seen }))).toBe('ok')
    const download = (id: string) =>
      fetch(`${slack.baseUrl}/files-pri/${id}`, {
        headers: { authorization: `Bearer ${team.botToken}` },
        redirect: 'manual',
      })
    expect([(await download(hidden)).status, (await download(seen)).status]).toEqual([302, 200])
    outside.members.add(team.botUserId)
    expect((await download(hidden)).status).toBe(200)
  })
})

describe('an app on the fake Slack', () => {
  it('gets its scopes with every response, and the missing scope with a refusal', async () => {
    team.scopes.delete('users:read')
    const { response_metadata: facts } = await client().auth.test()
    expect(facts?.scopes).toEqual([...team.scopes])
    await expect(client().users.info({ user: ada.id })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'users:read', provided: [...team.scopes].join(',') },
    })
  })

  it('has another token after it was removed and installed again, and the old one stays dead', async () => {
    const old = team.botToken
    slack.removeApp(team)
    expect(await errorOf(clientFor(slack, old).auth.test())).toBe('token_revoked')
    const code = slack.oauth.consent(team, ada.id)
    await client().oauth.v2.access({
      client_id: slack.oauth.clientId,
      client_secret: slack.oauth.clientSecret,
      code,
    })
    expect(await errorOf(clientFor(slack, old).auth.test())).toBe('token_revoked')
    expect(await errorOf(client().auth.test())).toBe('ok')
  })

  it('hears of its removal with the time of the removal, however late', async () => {
    const payloads: unknown[] = []
    slack.deliver = async envelope => {
      payloads.push(envelope.payload)
      return { kind: 'acked', body: undefined, afterMs: 0 }
    }
    const removedAtS = Math.floor(clock.now() / 1000)
    const removal = slack.removeApp(team)
    clock.advance(50 * 60_000)
    await removal.tell()
    expect(payloads).toMatchObject([
      { event: { type: 'tokens_revoked' }, event_time: removedAtS },
      { event: { type: 'app_uninstalled' }, event_time: removedAtS },
    ])
  })

  it('hears of an edited mention as of a new event about the old message, and of workflows without a user', async () => {
    const events: Record<string, unknown>[] = []
    slack.deliver = async ({ payload }) => {
      events.push(payload)
      return { kind: 'acked', body: undefined, afterMs: 0 }
    }
    await ada.mentions('a cat', { channelId: channel.id })
    const [post] = slack.posts(channel.id)
    if (post === undefined) throw new Error('no post')
    await ada.edits(post, 'a dog')
    await slack.workflowMentions(channel, 'a fox')
    const [first, edit, workflow] = events
    expect(first?.event_id).not.toBe(edit?.event_id)
    expect(edit).toMatchObject({ event: { type: 'app_mention', ts: post.ts, edited: { user: ada.id } } })
    expect(JSON.stringify(edit)).toContain('a dog')
    expect(workflow).toMatchObject({ event: { type: 'app_mention', subtype: 'bot_message' } })
    expect(workflow?.event).not.toHaveProperty('user')
    const outside = slack.addChannel(team, 'outside', { withoutBot: true })
    await expect(ada.mentions('a cat', { channelId: outside.id })).rejects.toThrow('Invite')
  })
})

describe('traffic of the fake Slack', () => {
  it('tells what went to which workspace, conversation and person, in texts, blocks and files', async () => {
    const text = { type: 'mrkdwn' as const, text: 'a &lt;red&gt; fox' }
    await client().chat.postMessage({ channel: channel.id, text: 'x', blocks: [{ type: 'section', text }] })
    await client().chat.postEphemeral({ channel: channel.id, user: ada.id, text: 'psst' })
    await client().views.publish({
      user_id: bob.id,
      view: { type: 'home', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'your home' } }] },
    })
    const id = await upload(slack, client(), channel.id)
    const url = slack.responseUrl({ memberId: ada.id, channelId: channel.id })
    await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'for you' }) })
    await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ text: 'for all', response_type: 'in_channel' }),
    })

    const { traffic } = slack
    expect(traffic.holding('a <red> fox')).toMatchObject([{ spaceId: team.id, conversationId: channel.id }])
    expect(traffic.holding('psst')).toMatchObject([{ personId: ada.id }])
    expect(traffic.holding('your home')).toMatchObject([{ personId: bob.id }])
    expect(traffic.holding('for you')).toMatchObject([{ personId: ada.id }])
    expect(traffic.holding('for all').map(({ personId }) => personId)).toEqual([undefined])
    const bytes = slack.world.files.get(id)?.bytes ?? new Uint8Array()
    expect(traffic.holding(bytes)).toMatchObject([{ conversationId: channel.id }])
    expect(traffic.holding(bytes, place => place.spaceId !== team.id)).toEqual([])
    await client().chat.postMessage({
      channel: channel.id,
      text: 'x',
      blocks: [{ type: 'image', alt_text: 'a dot', slack_file: { id } }],
    })
    expect(traffic.holding(bytes)).toHaveLength(2)
  })
})
