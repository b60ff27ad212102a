/** Many people at once, and a gateway that breaks at any moment: answers in time, nothing lost, nothing twice. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Interaction } from '../../fakes/discord/interactions.ts'
import type { Person } from '../../fakes/discord/people.ts'
import type { Channel, Message } from '../../fakes/discord/world.ts'
import { atCpuTime } from '../../helpers/measurements/cpu-time-clock.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { DiscordTest } from './start-discord.ts'

let t: DiscordTest
afterEach(() => t.dispose())

interface Crowd {
  people: Person[]
  channels: Channel[]
}

function crowd(people: number, channels: number): Crowd {
  const { discord, scene } = t
  return {
    people: Array.from({ length: people }, (_, i) => discord.person(`person-${i}`)),
    channels: Array.from({ length: channels }, (_, i) => discord.channel(`channel-${i}`, scene.guild)),
  }
}

function pick<T>(list: readonly T[], i: number): T {
  const found = list[i % list.length]
  if (found === undefined) throw new Error('nobody is there')
  return found
}

const hasPicture = (message: Message) => message.attachments.length > 0

/** Every request has one card, one thread and in it its one result. */
function expectAllShownOnce(channels: Channel[], count: number): void {
  const cards = channels.flatMap(channel => t.messages(channel))
  expect(cards).toHaveLength(count)
  const shown = cards.filter(card => {
    const [result, ...more] = t.messages(t.thread(card))
    return result !== undefined && hasPicture(result) && more.length === 0
  })
  expect(shown).toHaveLength(count)
}

const promptsIn = (channels: Channel[]) =>
  channels
    .flatMap(({ id: channelId }) =>
      t.test.jobsIn({ platform: 'discord', spaceId: t.scene.guild.id, channelId }, 1000),
    )
    .map(job => job.promptAsTyped)

const prompts = (count: number) => Array.from({ length: count }, (_, i) => `cat number ${i}`).sort()

describe('500 commands in 10 s while the engine is busy', () => {
  it('are each answered within 3 s, and become one card and one result each', async () => {
    t = await DiscordTest.start()
    t.test.workers.mode = 'by-hand'
    const { people, channels } = crowd(50, 25)
    const interactions: Interaction[] = []
    let sent = 0
    const say = async (i: number) => {
      const prompt = `cat number ${i}`
      interactions.push(await pick(people, i).types(pick(channels, i), '/imagine', { prompt }))
    }
    await atCpuTime(
      () => interactions.length === 500 && interactions.every(({ answer }) => answer !== undefined),
      {
        clock: t.clock,
        tick: elapsedMs => {
          for (; sent < 500 && sent * 20 <= elapsedMs; sent++) void say(sent)
        },
      },
    )
    const afterMs = interactions.map(each => each.answeredAfterMs ?? Number.POSITIVE_INFINITY)
    afterMs.sort((a, b) => a - b)
    const [p99Ms = 0, slowestMs = 0] = [afterMs[494], afterMs[499]]
    console.info(`first answers of 500 commands: p99 ${p99Ms} ms, the slowest ${slowestMs} ms`)
    expect(slowestMs).toBeLessThan(3000)
    await t.passing(() => t.test.queue().length === 500)

    t.test.workers.mode = 'at-once'
    for (const run of t.test.workers.underway) run.finish()
    // With hundreds of jobs that question is not cheap: it is asked twice a second.
    let askedAtMs = 0
    let isCalm = false
    const look = (elapsedMs: number) => {
      if (elapsedMs < askedAtMs + 500) return
      askedAtMs = elapsedMs
      isCalm = t.isCalm
    }
    await atCpuTime(() => isCalm, { clock: t.clock, speed: 4, tick: look })
    await t.calm()
    expect(promptsIn(channels).sort()).toEqual(prompts(500))
    expectAllShownOnce(channels, 500)
    // Not one request during a rate limit's wait, and few edits although every place changed all the time.
    expect(t.discord.limits.refused).toBe(0)
    expect(t.discord.refused).toEqual([])
    const edits = t.discord.requests.filter(({ method }) => method === 'PATCH').length
    console.info(`${t.discord.requests.length} requests, of them ${edits} edits, for 500 results`)
    expect(edits).toBeLessThan(500 * 5)
  }, 180_000)
})

describe('a gateway killed 50 times at random moments in a run of 100 jobs', () => {
  it('loses nothing and shows nothing twice', async () => {
    t = await DiscordTest.start()
    const random = seededRandom('gateway kills')
    const { people, channels } = crowd(10, 10)
    // The next one may fall as soon as the last one was got over, also in the middle of a replay.
    let nextKillAtMs = random.next() * 200
    let sent = 0
    let done = 0
    let kills = 0
    const wish = async (i: number) => {
      await untilAnswered(() =>
        pick(people, i).types(pick(channels, i), '/imagine', { prompt: `cat number ${i}` }),
      )
      done += 1
    }
    await atCpuTime(() => done === 100 && kills === 50, {
      clock: t.clock,
      tick: elapsedMs => {
        for (; sent < 100 && sent * 100 <= elapsedMs; sent++) void wish(sent)
        if (kills === 50 || elapsedMs < nextKillAtMs || !t.discord.gateway.connected) return
        kill(random.next())
        kills += 1
        nextKillAtMs = elapsedMs + random.next() * 200
      },
    })
    await t.calm()
    console.info(`${t.discord.gateway.resumes} resumes, ${t.discord.gateway.identifies} identifies`)
    expect(t.discord.gateway.resumes + t.discord.gateway.identifies).toBeGreaterThan(40)
    expect(promptsIn(channels).sort()).toEqual(prompts(100))
    expectAllShownOnce(channels, 100)
  })

  function kill(chance: number): void {
    const { gateway } = t.discord
    if (chance < 0.4) gateway.drop()
    else if (chance < 0.55) gateway.drop(4000)
    else if (chance < 0.7) gateway.drop(4009)
    else if (chance < 0.85) gateway.askToReconnect()
    else gateway.invalidate(chance < 0.95)
  }

  /** Whom Discord tells that the app did not respond types again. */
  async function untilAnswered(act: () => Promise<Interaction>): Promise<void> {
    for (;;) {
      const interaction = await act()
      while (interaction.answer === undefined && !t.discord.interactions.failed(interaction))
        await new Promise<void>(resolve => t.clock.after(50, resolve))
      if (interaction.answer !== undefined) return
    }
  }
})
