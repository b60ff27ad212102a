import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../../fakes/slack/world.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

async function conversationIn(channel: Channel) {
  await t.scene.ada.types('/imagine', 'a cat', { channelId: channel.id })
  await t.calm()
  const [job] = t.test.jobsIn({ platform: 'slack', spaceId: t.scene.team.id, channelId: channel.id }, 1)
  return job?.conversation
}

describe('who reads a job’s conversation', () => {
  it('everybody in the workspace for a public channel', async () => {
    expect(await conversationIn(t.scene.channel)).toMatchObject({ kind: 'channel', audience: 'space' })
  })

  it('the members of a private channel, although its id looks like a public one’s', async () => {
    const channel = t.slack.addChannel(t.scene.team, 'staff', { private: true })
    expect(channel.id).toMatch(/^C/)
    expect(await conversationIn(channel)).toMatchObject({ kind: 'channel', audience: 'channel' })
  })

  it('the members of direct and group messages', async () => {
    expect(await conversationIn(t.scene.ada.direct)).toMatchObject({ kind: 'direct', audience: 'channel' })
    const group = t.slack.addConversation([t.scene.ada, t.scene.bob, t.scene.eve], { withBot: true })
    expect(await conversationIn(group)).toMatchObject({ audience: 'channel' })
  })

  it('the members of a channel that became private a minute ago', async () => {
    expect(await conversationIn(t.scene.channel)).toMatchObject({ audience: 'space' })
    t.scene.channel.kind = 'private'
    t.test.clock.advance(61_000)
    expect(await conversationIn(t.scene.channel)).toMatchObject({ audience: 'channel' })
  })

  it('is asked once for many jobs, and nothing is lost where Slack does not say', async () => {
    await conversationIn(t.scene.channel)
    await conversationIn(t.scene.channel)
    const asked = () => t.slack.api.calls.filter(({ method }) => method === 'conversations.info')
    expect(asked()).toHaveLength(1)
    t.scene.team.scopes.delete('channels:read')
    const other = t.slack.addChannel(t.scene.team, 'other')
    expect(await conversationIn(other)).toMatchObject({ audience: 'channel' })
    expect(asked().at(-1)?.error).toBe('missing_scope')
  })
})
