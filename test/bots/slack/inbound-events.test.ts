/** Events that are no requests, or come twice, or have a shape of their own: acknowledged, once, never a fault. */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPicture } from '../../../src/app/checks/check-picture.ts'
import { en } from '../../../src/words/en.ts'
import { SlackTest } from './start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start({ easel: { parts: { checkPicture } } })
})
afterEach(() => t.dispose())

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
    expect(t.jobs()).toEqual([])
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
  it('of a workflow is ignored', async () => {
    const delivered = await t.slack.workflowMentions(t.scene.channel, 'a red circle')
    expect(delivered).toMatchObject({ kind: 'acked' })
    await t.calm()
    expect(t.jobs()).toEqual([])
  })

  it('that is edited is painted once', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a red circle', { channelId: channel.id })
    await t.calm()
    const [post] = t.slack.posts(channel.id)
    if (post === undefined) throw new Error('there is no message')
    await ada.edits(post, 'a red circle, please')
    await t.calm()
    expect(t.jobs().map(job => job.promptAsTyped)).toEqual(['a red circle'])
  })

  it('that could not be read is painted after it is corrected', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a red circle --steps banana', { channelId: channel.id })
    await t.calm()
    const [post] = t.slack.posts(channel.id)
    if (post === undefined) throw new Error('there is no message')
    await ada.edits(post, 'a red circle --steps 20')
    await t.calm()
    expect(t.jobs().map(job => job.promptAsTyped)).toEqual(['a red circle'])
  })
})

describe('words to the app', () => {
  it('are answered and not painted where they ask for help, in a mention and in a direct message', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('help', { channelId: channel.id })
    await t.adapter.idle()
    expect(t.told(ada).at(-1)).toContain('--seed')
    // The introduction ends with a colon: the examples follow it.
    expect(t.told(ada).at(-1)).toContain(`${en.help.intro}\n${en.help.examples[0]}`)
    await ada.says('queue')
    await t.adapter.idle()
    expect(t.told(ada)).toHaveLength(2)
    expect(t.test.queue()).toEqual([])
    expect(t.test.workers.runs).toEqual([])
  })

  it('are welcomed with examples where they greet', async () => {
    const { ada } = t.scene
    await ada.says('Hello!')
    await t.adapter.idle()
    expect(t.told(ada).at(-1)).toContain('/imagine')
    expect(t.test.workers.runs).toEqual([])
  })

  it.each(['thread_broadcast', 'me_message'])(
    'are painted where a person wrote them in another way: %s',
    async subtype => {
      const { ada, team } = t.scene
      const post = ada.writes('a red circle', { channelId: ada.direct.id })
      const event = { type: 'message', subtype, user: ada.id, text: post.text, ts: post.ts }
      await t.slack.event(team.id, {
        ...event,
        channel: ada.direct.id,
        channel_type: 'im',
        event_ts: post.ts,
        ...(subtype === 'thread_broadcast' ? { thread_ts: '1.000000' } : {}),
      })
      await t.calm()
      const [job] = t.test.jobsIn({ platform: 'slack', spaceId: team.id, channelId: ada.direct.id }, 2)
      expect(job?.promptAsTyped).toBe('a red circle')
    },
  )

  it('say how a form is opened, which takes a slash command', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('settings', { channelId: channel.id })
    await t.adapter.idle()
    expect(t.told(ada).at(-1)).toContain('/easel settings')
  })
})

describe('files that come with a mention', () => {
  const red = () =>
    sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
  const text = { name: 'notes.txt', bytes: new TextEncoder().encode('some notes') }
  const started = () => t.jobs().map(({ order }) => order.kind === 'paint' && order.source !== undefined)

  it('begin with the first picture among other files', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a cat', { channelId: channel.id }, [text, { name: 'cat.png', bytes: await red() }])
    await t.calm()
    expect(started()).toEqual([true])
    expect(t.told(ada)).toEqual([])
  })

  it('give a notice that the first of several is used', async () => {
    const { ada, channel } = t.scene
    const [one, two] = [await red(), await red()]
    const pictures = [one, two].map((bytes, i) => ({ name: `${i}.png`, bytes }))
    await ada.mentions('a cat', { channelId: channel.id }, pictures)
    await t.calm()
    expect(started()).toEqual([true])
    expect(t.told(ada)).toEqual([expect.stringContaining('more pictures than this needs')])
  })

  it('are what a ControlNet follows where one is asked for, and not the source', async () => {
    const { ada, channel } = t.scene
    const picture = { name: 'edges.png', bytes: await red() }
    await ada.mentions('a cat --control canny', { channelId: channel.id }, [picture])
    await t.calm()
    expect(t.told(ada)).toEqual([expect.stringContaining('no ControlNet “canny”')])
    expect(t.jobs()).toEqual([])
  })

  it('are named where none of them is a picture', async () => {
    const { ada, channel } = t.scene
    await ada.mentions('a cat', { channelId: channel.id }, [text])
    await t.calm()
    expect(t.jobs()).toEqual([])
    expect(t.told(ada)).toEqual([expect.stringContaining('not a picture')])
  })

  it('can be chosen among in the form of the shortcut', async () => {
    const { ada, channel } = t.scene
    const [one, two] = [await red(), await red()]
    const pictures = [one, two].map((bytes, i) => ({ name: `${i}.png`, bytes }))
    const post = ada.writes('look', { channelId: channel.id }, [text, ...pictures])
    await ada.usesShortcut('use_as_source', post)
    await ada.submits(ada.modal, { Prompt: 'a cat', 'Which picture': 'Picture 2' })
    await t.calm()
    expect(started()).toEqual([true])
    const fetched = t.slack.api.calls
      .filter(({ method }) => method === 'files.info')
      .map(({ args }) => args.file)
    expect(fetched).toContain(post.fileIds[2])
    expect(fetched).not.toContain(post.fileIds[1])
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
    expect(t.jobs()).toHaveLength(1)
    await t.slack.uninstall(team)
    await t.adapter.idle()
    await ada.types('/imagine', 'a red circle', { channelId: channel.id })
    expect(t.told(ada).at(-1)).toContain('I was removed from this workspace')
    expect(t.test.log.lines.map(({ message }) => message)).toContain('Slack does not accept a token')
  })
})
