/** Events that are no requests, or come twice, or have a shape of their own: acknowledged, once, never a fault. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SlackTest } from './start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

const jobs = () => {
  const { team, channel } = t.scene
  return t.test.easel.jobsIn({ platform: 'slack', spaceId: team.id, channelId: channel.id }, 10)
}

describe('events of unknown shape', () => {
  it.each([
    ['a mention without a user', { type: 'app_mention', text: 'x', ts: '1.1', channel: 'C1' }],
    ['a mention in an object', { type: 'app_mention', user: { id: 'U1' }, channel: 7 }],
    ['a home without a person', { type: 'app_home_opened', tab: 'home' }],
    ['a revocation of nothing', { type: 'tokens_revoked' }],
    ['a message of a kind that is new', { type: 'message', subtype: 'hologram', channel_type: 'im' }],
    ['an event that nobody asked for', { type: 'sneezed' }],
  ])('are acknowledged, and are no fault: %s', async (_what, event) => {
    const delivered = await t.slack.event(t.scene.team.id, event)
    expect(delivered).toMatchObject({ kind: 'acked' })
    expect(t.test.log.faults.filter(({ level }) => level === 'error')).toEqual([])
    expect(jobs()).toEqual([])
  })

  it('are acknowledged where they are interactions', async () => {
    const { ada, channel } = t.scene
    const post = ada.writes('hello', { channelId: channel.id })
    const delivered = await t.slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'block_actions',
        team: { id: t.scene.team.id },
        user: { id: ada.id },
        container: { type: 'message', channel_id: 7, message_ts: post.ts },
        actions: [{ type: 'button', action_id: 'unheard', action_ts: '1.1', block_id: 'b' }],
      },
    })
    expect(delivered).toMatchObject({ kind: 'acked' })
  })
})

describe('a mention', () => {
  it('of a workflow is passed over', async () => {
    const delivered = await t.slack.workflowMentions(t.scene.channel, 'a red circle')
    expect(delivered).toMatchObject({ kind: 'acked' })
    await t.calm()
    expect(jobs()).toEqual([])
  })

  it('that is edited is painted once', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a red circle', { channelId: channel.id })
    await t.calm()
    const [post] = t.slack.posts(channel.id)
    if (post === undefined) throw new Error('there is no message')
    await ada.edits(post, 'a red circle, please')
    await t.calm()
    expect(jobs().map(job => job.promptAsTyped)).toEqual(['a red circle'])
  })

  it('that could not be read is painted when it is mended', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a red circle --steps banana', { channelId: channel.id })
    await t.calm()
    const [post] = t.slack.posts(channel.id)
    if (post === undefined) throw new Error('there is no message')
    await ada.edits(post, 'a red circle --steps 20')
    await t.calm()
    expect(jobs().map(job => job.promptAsTyped)).toEqual(['a red circle'])
  })
})

describe('a removal that Slack tells of', () => {
  it('ends nothing while the token of the environment lives, and everything when it is dead', async () => {
    const { ada, team, channel } = t.scene
    const told = { type: 'app_uninstalled' }
    await t.slack.event(team.id, told)
    await t.adapter.idle()
    await ada.types('/imagine', 'a red circle', { channelId: channel.id })
    await t.calm()
    expect(jobs()).toHaveLength(1)
    await t.slack.uninstall(team)
    await t.adapter.idle()
    await ada.types('/imagine', 'a red circle', { channelId: channel.id })
    expect(t.told(ada).at(-1)).toContain('I was removed from this workspace')
    expect(t.test.log.lines.map(({ message }) => message)).toContain('Slack does not accept a token')
  })
})
