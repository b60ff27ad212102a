/** A disk that is full, on Discord and Slack: whoever acts reads one true sentence, whatever way the action takes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { en } from '../../src/words/en.ts'
import { Asking } from '../bots/discord/asking.ts'
import { SlackTest } from '../bots/slack/start-slack.ts'
import { readPost } from '../fakes/slack/reading.ts'
import type { Delivered } from '../fakes/slack/transport/transport.ts'
import { FullDisk } from '../helpers/disk/full-disk.ts'

const sentence = en.errors.storage({ problem: { what: 'disk-full' } })
const writes = /^\s*(insert|update|delete|begin immediate)/i
const png = { filename: 'p.png', contentType: 'image/png', bytes: new Uint8Array([137, 80, 78, 71]) }

let disk: FullDisk
beforeEach(() => {
  disk = new FullDisk()
})
const whenFull = () => ({ easel: { parts: { beforeStatement: disk.beforeStatement } } })

describe('on Discord', () => {
  let asking: Asking
  beforeEach(async () => {
    asking = await Asking.start(whenFull())
  })
  afterEach(() => asking.dispose())

  test('/notify and the confirmed /forget me answer with the reason', async () => {
    const { ada, channel } = asking
    await asking.types(ada, channel, '/forget me')
    const [question] = asking.ephemeralMessages(ada)
    disk.refused = writes
    await asking.types(ada, channel, '/notify', { state: 'off' })
    expect(asking.told(ada).at(-1)).toBe(sentence)
    if (question) await asking.dealtWith(ada.presses(question, en.forget.yes))
    expect(asking.told(ada).filter(told => told === sentence)).toHaveLength(2)
  })

  test('Use as source of somebody’s picture, whose form must be stored, answers with the reason', async () => {
    const { ada, bob, channel } = asking
    const picture = await bob.says(channel, 'look', [png])
    disk.refused = writes
    await asking.dealtWith(ada.uses('Use as source', picture))
    expect(asking.told(ada)).toEqual([sentence])
  })
})

describe('on Slack', () => {
  let t: SlackTest
  beforeEach(async () => {
    t = await SlackTest.start(whenFull())
  })
  afterEach(() => t.dispose())

  const over = async (work: Promise<Delivered>) => {
    await t.over(work)
    await t.over(t.adapter.idle())
    return work
  }
  const home = (): string => {
    const { ada, team } = t.scene
    const post = { ts: '', channelId: '', authorId: team.botUserId, text: '', parsesText: false }
    const { content } = ada.home ?? { content: { blocks: [] } }
    return readPost(t.slack.world, {
      ...post,
      blocks: content.blocks,
      fileIds: [],
      editCount: 0,
      deleted: false,
    }).lines.join('\n')
  }

  test('/easel notify and the confirmed forget me answer with the reason', async () => {
    const { ada } = t.scene
    await over(ada.types('/easel', 'forget me', t.here))
    const [question] = t.slack.ephemeralMessages(ada)
    disk.refused = writes
    await over(ada.types('/easel', 'notify off', t.here))
    expect(t.lastTold()).toBe(sentence)
    if (question) await over(ada.presses(question, en.forget.yes))
    expect(t.told(ada).filter(told => told === sentence)).toHaveLength(2)
  })

  test.each(['notify off', 'a red circle'])(
    'a message to Easel is answered with the reason when Slack brings it again, once: %s',
    async text => {
      const { ada, team } = t.scene
      disk.refused = writes
      expect(await over(ada.says(text))).toEqual({ kind: 'timeout' })
      expect(t.told(ada)).toEqual([])
      const post = t.slack.posts(ada.direct.id).at(-1)
      const event = { type: 'message', user: ada.id, text, ts: post?.ts, channel: ada.direct.id }
      const again = t.slack.eventPayload(team.id, { ...event, channel_type: 'im', event_ts: post?.ts })
      expect(await over(t.slack.redeliver(again, 1))).toMatchObject({ kind: 'acked' })
      expect(t.told(ada)).toEqual([sentence])
    },
  )

  test('the Home tab opens, and its Save answers, with the reason at its top', async () => {
    const { ada } = t.scene
    t.test.workers.mode = 'by-hand'
    await over(ada.types('/imagine', 'a red circle', t.here))
    await over(ada.opensHome())
    disk.refused = writes
    if (ada.home) await over(ada.pressesIn(ada.home, en.chat.settings.save))
    expect(home()).toContain(sentence)
    expect(await over(ada.opensHome())).toMatchObject({ kind: 'acked' })
    expect(home()).toContain(sentence)
    expect(home()).toContain(en.slack.home.more(1))
    disk.refused = undefined
    await over(ada.opensHome())
    expect(home()).toContain('a red circle')
  })
})
