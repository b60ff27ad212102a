/** Slack delivers again what it saw no answer to, late and in any order: one wish stays one job. */
import { afterEach, describe, expect, it } from 'vitest'
import { encodeButtonId } from '../../../../src/bots/messages/buttons.ts'
import { AppError } from '../../../../src/errors/errors.ts'
import type { Envelope } from '../../../fakes/slack/transport/transport.ts'
import type { Post } from '../../../fakes/slack/world.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
afterEach(() => t.dispose())

function mention(text: string): Record<string, unknown> {
  const { ada, channel, team } = t.scene
  const post = ada.writes(text, { channelId: channel.id })
  return t.slack.eventPayload(team.id, {
    type: 'app_mention',
    user: ada.id,
    text: `<@${team.botUserId}> ${text}`,
    ts: post.ts,
    channel: channel.id,
    event_ts: post.ts,
  })
}

function delivered(payload: Record<string, unknown>, attempt: number): Envelope {
  const retry = attempt === 0 ? {} : { retry: { attempt, reason: 'timeout' } }
  return { type: 'events_api', acceptsResponse: false, payload, ...retry }
}

describe.each([
  ['Socket Mode', {}],
  ['HTTP', { slack: { transport: 'http' as const } }],
])('over %s', (_name, options) => {
  it('makes one job each of two events that come four times, out of order and after a restart', async () => {
    t = await SlackTest.start(options)
    const circle = mention('a red circle')
    const square = mention('a blue square')
    const atOnce = [delivered(square, 2), delivered(circle, 1), delivered(square, 0), delivered(circle, 0)]
    const answers = await Promise.all(atOnce.map(envelope => t.slack.deliver(envelope)))
    expect(answers.map(answer => answer.kind)).toEqual(['acked', 'acked', 'acked', 'acked'])
    await t.calm()
    await t.restart('crash')
    for (const late of [
      delivered(circle, 3),
      delivered(square, 1),
      delivered(square, 3),
      delivered(circle, 2),
    ])
      expect(await t.slack.deliver(late)).toMatchObject({ kind: 'acked' })
    await t.calm()
    expect(
      t
        .jobs()
        .map(job => job.promptAsTyped)
        .sort(),
    ).toEqual(['a blue square', 'a red circle'])
    const fromBot = (post: Post) => post.authorId === t.scene.team.botUserId
    expect(t.slack.world.posts.filter(fromBot)).toHaveLength(2)
    expect(t.slack.sockets.strayAcks).toBe(0)
  })
})

describe('what has no event id', () => {
  it('is the same command where its trigger is the same, before and after a restart', async () => {
    t = await SlackTest.start()
    const { ada, channel } = t.scene
    const trigger = t.slack.interactions.trigger(ada.member)
    const again = () => ada.types('/imagine', 'a red circle', { channelId: channel.id }, trigger)
    await Promise.all([again(), again()])
    await t.calm()
    await t.restart()
    await Promise.all([again(), again()])
    await t.calm()
    expect(t.jobs()).toHaveLength(1)
    expect(t.cards()).toHaveLength(1)
  })

  it('is the same press where its trigger is the same, before and after a restart', async () => {
    t = await SlackTest.start()
    const { ada, bob, channel } = t.scene
    await ada.types('/imagine', 'a red circle', { channelId: channel.id })
    await t.calm()
    const [card] = t.cards()
    const result = card && t.thread(card)[0]
    if (result === undefined) throw new Error('no result')
    const id = encodeButtonId({ action: 're-roll', targetId: t.jobs()[0]?.id ?? '' })
    const trigger = t.slack.interactions.trigger(bob.member)
    const again = () => bob.pressesRaw(result, { action_id: id, value: id }, trigger)
    await Promise.all([again(), again()])
    await t.calm()
    await t.restart('crash')
    await Promise.all([again(), again()])
    await t.calm()
    expect(t.jobs()).toHaveLength(2)
  })
})

describe('an event that could not be dealt with', () => {
  it('is not acknowledged, so that Slack brings it again, and then becomes one job', async () => {
    t = await SlackTest.start()
    const { db } = t.test.built
    const write = db.write.bind(db)
    let failures = 1
    db.write = async work => {
      failures -= 1
      if (failures >= 0) throw new AppError('storage', { problem: { what: 'disk-full' } })
      return write(work)
    }
    const circle = mention('a red circle')
    const first = t.slack.deliver(delivered(circle, 0))
    await t.test.until(() => failures < 1)
    await t.adapter.idle()
    t.clock.advance(3000)
    expect(await first).toEqual({ kind: 'timeout' })
    expect(t.jobs()).toHaveLength(0)

    expect(await t.slack.deliver(delivered(circle, 1))).toMatchObject({ kind: 'acked' })
    await t.calm()
    expect(t.jobs()).toHaveLength(1)
  })

  it('is kept from a process that is going down, and left for the next', async () => {
    t = await SlackTest.start()
    const circle = mention('a red circle')
    const stopped = t.adapter.stop()
    await t.slack.deliver(delivered(circle, 0))
    await stopped
    expect(t.jobs()).toHaveLength(0)
    await t.restart()
    expect(await t.slack.deliver(delivered(circle, 1))).toMatchObject({ kind: 'acked' })
    await t.calm()
    expect(t.jobs()).toHaveLength(1)
  })
})
