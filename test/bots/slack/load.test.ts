/** Many people at once, and connections that break at any moment: answers in time, nothing lost, nothing twice. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Person } from '../../fakes/slack/person.ts'
import type { Delivered } from '../../fakes/slack/transport/transport.ts'
import type { Channel, Post } from '../../fakes/slack/world.ts'
import { atCpuTime } from '../../helpers/measurements/cpu-time-clock.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { SlackTest } from './start-slack.ts'

let t: SlackTest
afterEach(() => t.dispose())

/** The fake's clock goes as fast as this process works, times this: slow answers are seen to be slow. */
const speed = 2

interface Crowd {
  people: Person[]
  channels: Channel[]
}

function crowd(people: number, channels: number): Crowd {
  const { slack, scene } = t
  return {
    people: Array.from({ length: people }, (_, i) => slack.addPerson(scene.team, `person-${i}`)),
    channels: Array.from({ length: channels }, (_, i) => slack.addChannel(scene.team, `channel-${i}`)),
  }
}

function pick<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length]
  if (found === undefined) throw new Error('nobody is there')
  return found
}

/** Every request of these channels has its one result, and Slack hardly ever had to slow us down. */
function expectAllShownOnce(channels: Channel[], count: number): void {
  const threads = channels.flatMap(channel => t.cards(channel.id).map(top => t.thread(top)))
  expect(threads).toHaveLength(count)
  const shown = threads.filter(([result, ...more]) => result && hasPicture(result) && more.length === 0)
  expect(shown).toHaveLength(count)
  expect(t.slack.limits.refusals).toBeLessThan(count / 10)
}

const hasPicture = (post: Post) => post.blocks.some(block => block.type === 'image')

const promptsIn = (channels: Channel[]) =>
  channels
    .flatMap(({ id: channelId, teamId: spaceId }) =>
      t.test.jobsIn({ platform: 'slack', spaceId, channelId }, 1000),
    )
    .map(job => job.promptAsTyped)

describe('500 commands in 10 s while the engine is busy', () => {
  it('are each answered within 3 s, and become one card and one result each', async () => {
    t = await SlackTest.start()
    t.test.workers.mode = 'by-hand'
    const { people, channels } = crowd(50, 25)
    const answers: Delivered[] = []
    let sent = 0
    const say = async (i: number) => {
      const place = { channelId: pick(channels, i).id }
      answers.push(await pick(people, i).types('/imagine', `cat number ${i}`, place))
    }
    await atCpuTime(() => answers.length === 500, {
      clock: t.clock,
      speed,
      tick: elapsedMs => {
        for (; sent < 500 && sent * 20 <= elapsedMs; sent++) void say(sent)
      },
    })
    const afterMs = answers.map(answer =>
      answer.kind === 'acked' ? answer.afterMs : Number.POSITIVE_INFINITY,
    )
    const slowestMs = Math.max(...afterMs)
    console.info(`the slowest of 500 first answers came after ${slowestMs} ms`)
    expect(slowestMs).toBeLessThan(3000)
    await t.adapter.idle()
    expect(t.test.queue()).toHaveLength(500)

    t.test.workers.mode = 'at-once'
    for (const run of t.test.workers.underway) run.finish()
    await t.calm(1000)
    expect(new Set(promptsIn(channels)).size).toBe(500)
    expectAllShownOnce(channels, 500)
  }, 240_000)

  it('in one channel: a request whose message is delayed is confirmed', async () => {
    t = await SlackTest.start()
    const { people, channels } = crowd(20, 1)
    const channel = pick(channels, 0)
    await Promise.all(people.map(person => person.types('/imagine', 'a cat', { channelId: channel.id })))
    const heard = people.filter(person => t.told(person).some(text => text.startsWith('Accepted.')))
    await t.adapter.idle()
    await t.test.until(() => t.cards(channel.id).length > 0)
    expect(heard.length).toBeGreaterThan(10)
    await t.calm()
    expectAllShownOnce(channels, 20)
  })
})

describe('sockets dropped 50 times at random moments in a run of 100 jobs', () => {
  it('lose nothing and double nothing', async () => {
    t = await SlackTest.start()
    const random = seededRandom('dropped sockets')
    const { people, channels } = crowd(10, 10)
    const cutsAtMs = Array.from({ length: 50 }, () => random.next() * 10_000).sort((a, b) => a - b)
    let sent = 0
    let done = 0
    let cuts = 0
    const wish = async (i: number) => {
      await (i % 2 === 0 ? commandUntilAnswered(i) : mentionUntilAnswered(i))
      done += 1
    }
    const commandUntilAnswered = (i: number) => {
      const person = pick(people, i)
      const trigger = t.slack.interactions.trigger(person.member)
      const place = { channelId: pick(channels, i).id }
      return untilAcked(() => person.types('/imagine', `cat number ${i}`, place, trigger))
    }
    const mentionUntilAnswered = (i: number) => {
      const [person, channel] = [pick(people, i), pick(channels, i)]
      const text = `<@${t.scene.team.botUserId}> cat number ${i}`
      const { ts } = person.writes(text, { channelId: channel.id })
      const event = { type: 'app_mention', user: person.id, text, ts, channel: channel.id, event_ts: ts }
      const payload = t.slack.eventPayload(t.scene.team.id, event)
      return untilAcked(attempt => t.slack.redeliver(payload, attempt))
    }
    await atCpuTime(() => done === 100 && cuts === 50, {
      clock: t.clock,
      speed,
      tick: elapsedMs => {
        for (; sent < 100 && sent * 100 <= elapsedMs; sent++) void wish(sent)
        for (; (cutsAtMs[cuts] ?? Number.POSITIVE_INFINITY) <= elapsedMs; cuts++) drop(random.next())
      },
    })
    await t.calm()
    await t.passing(() => t.slack.sockets.open === 2)
    expect(t.slack.sockets.opened).toBeGreaterThan(20)
    expect(promptsIn(channels).sort()).toEqual(
      Array.from({ length: 100 }, (_, i) => `cat number ${i}`).sort(),
    )
    expectAllShownOnce(channels, 100)
  })

  /** Without a word, both at once, or as Slack itself renews a connection. */
  function drop(chance: number): void {
    const { sockets } = t.slack
    if (chance < 0.6) sockets.cut(Math.floor(chance * 100) % 2)
    else if (chance < 0.8) sockets.cutAll()
    else sockets.refresh()
  }

  /** Slack delivers again what nobody acknowledged. */
  async function untilAcked(deliver: (attempt: number) => Promise<Delivered>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if ((await deliver(attempt)).kind === 'acked') return
      await new Promise<void>(resolve => t.clock.after(200, resolve))
    }
  }
})
