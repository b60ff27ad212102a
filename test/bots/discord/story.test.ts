/** The whole way of a request through Discord, as people see it; the engine is a fake painter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import type { Person } from '../../fakes/discord/people.ts'
import type { Channel, Message } from '../../fakes/discord/world.ts'
import { DiscordTest } from './start-discord.ts'

const eight = ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2', 'Re-roll', 'Remix', 'Info', 'Delete']
const { places } = en.discord

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(async () => {
  const { refused, world, links, mentions, limits } = t.discord
  const { faults } = t.test.log
  await t.dispose()
  expect(refused).toEqual([])
  expect([...world.pings, ...links, ...mentions]).toEqual([])
  expect(limits.refused).toBe(0)
  expect(faults).toEqual([])
})

const pictures = (message: Message) => message.attachments.length

async function imagine(channel: Channel, prompt: string, more: Record<string, string | number> = {}) {
  await t.answered(await t.scene.ada.types(channel, '/imagine', { prompt, ...more }))
}

/** Presses Delete, and then the button of the question that only the one who pressed sees. */
async function deletes(person: Person, message: Message) {
  await t.answered(person.presses(message, 'Delete'))
  const question = t.discord.world
    .messagesIn(message.channel, person.user)
    .findLast(each => each.ephemeralTo === person.user)
  if (question === undefined) throw new Error('no question')
  expect(t.text(question)).toContain(en.chat.deletion.title)
  await t.answered(person.presses(question, 'Delete'))
}

describe('a request on Discord', () => {
  it('goes from /imagine by every button to Delete, with a restart between presses', async () => {
    const { ada, bob, channel } = t.scene
    await imagine(channel, 'a red circle on a blue background', { seed: 7 })
    const card = t.last()
    expect(t.text(card)).toContain('a red circle on a blue background')
    const thread = t.thread(card)
    expect(thread.name).toBe('a red circle on a blue background')
    const [result] = t.messages(thread)
    if (result === undefined) throw new Error('no result')
    expect(pictures(result)).toBe(1)
    expect(t.text(result)).toContain('Asked by Ada')
    expect(t.text(result)).not.toContain('/imagine')
    expect(t.labels(result)).toEqual(eight)

    for (const label of ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2', 'Re-roll']) {
      await t.restart()
      const before = t.messages(thread)
      const parent = t.last(thread)
      await t.answered(bob.presses(parent, label))
      expect(t.messages(thread), label).toHaveLength(before.length + 1)
      expect(pictures(t.last(thread)), label).toBe(1)
      expect(t.last(thread).replyTo, label).toBe(parent.id)
      expect(t.labels(t.last(thread)), label).toContain('Delete')
    }
    // The first result is as alive as ever, long after the token of its interaction died.
    await t.restart()
    t.clock.setWall(t.clock.now() + 3_600_000)
    const opened = bob.presses(result, 'Remix')
    await t.answered(await bob.submits(opened, { Prompt: 'a green square' }))
    const remixed = t.last(thread)
    expect(t.text(remixed)).toContain('a green square')
    expect(pictures(remixed)).toBe(1)

    await t.restart()
    await t.answered(ada.presses(remixed, 'Info'))
    expect(t.told(ada).at(-1)).toContain('Seed: 7')

    await t.answered(ada.presses(remixed, 'Delete'))
    expect(t.told(ada).at(-1)).toContain('Only the person who asked')
    await deletes(bob, remixed)
    expect(t.messages(thread)).not.toContain(remixed)
    expect(t.messages()).toEqual([card])
  })

  it('shows a set of four in one message, numbered', async () => {
    await imagine(t.scene.channel, 'four cats', { count: 4 })
    const result = t.last(t.thread())
    expect(pictures(result)).toBe(4)
    expect(result.attachments.map(({ description }) => description)).toEqual(
      [1, 2, 3, 4].map(n => expect.stringContaining(`picture ${n} of 4`)),
    )
    expect(t.labels(result)).toEqual([
      ...[1, 2, 3, 4].map(n => `Refine ${n}`),
      ...[1, 2, 3, 4].map(n => `Vary ${n}`),
      ...[1, 2, 3, 4].map(n => `Upscale ${n}`),
      ...[1, 2, 3, 4].map(n => `More ${n}`),
      ...['Re-roll', 'Delete'],
    ])
  })

  it('is answered in place in direct messages', async () => {
    const { ada, discord } = t.scene
    const direct = discord.world.directChannel(ada.user)
    await imagine(direct, 'a private circle')
    expect(t.messages(direct).map(pictures)).toEqual([1])
    await t.answered(ada.presses(t.last(direct), 'Re-roll'))
    expect(t.messages(direct).map(pictures)).toEqual([1, 1])
  })

  it('is answered in place in threads, and by a press in place where a thread was not to be had', async () => {
    const { ada, channel, discord, guild } = t.scene
    const talk = await ada.says(channel, 'what shall we paint?')
    const thread = discord.world.addThread('talk', channel, talk.id)
    await imagine(thread, 'a cat')
    expect(t.messages(thread).map(pictures)).toEqual([1])

    const narrow = discord.channel('narrow', guild)
    discord.world.deny(narrow, 'CreatePublicThreads')
    await imagine(narrow, 'a cat')
    const [first] = t.messages(narrow)
    if (first === undefined) throw new Error('no message')
    expect(t.text(first)).toContain(places.threads)
    await t.answered(ada.presses(first, 'Upscale ×2'))
    expect(t.messages(narrow).map(pictures)).toEqual([1, 1])
    expect(t.last(narrow).replyTo).toBe(first.id)
  })

  it('goes on without an answering line where the bot may not read what was written before', async () => {
    const { bob, channel, discord } = t.scene
    discord.world.deny(channel, 'ReadMessageHistory')
    await imagine(channel, 'a red circle')
    const thread = t.thread()
    await t.answered(bob.presses(t.last(thread), 'Re-roll'))
    expect(t.messages(thread).map(pictures)).toEqual([1, 1])
    expect(t.last(thread).replyTo).toBeUndefined()
  })

  it('is answered by its token where the bot may not write, and says what would help', async () => {
    const { channel, discord } = t.scene
    discord.world.deny(channel, 'SendMessages')
    await imagine(channel, 'a red circle')
    expect(t.messages().map(pictures)).toEqual([1])
    expect(t.text(t.last())).toContain(places.send)
    expect(t.labels(t.last())).toEqual(eight)
  })

  it('works for those who brought the app along, in servers and groups, also by its buttons', async () => {
    const { ada, bob, discord } = t.scene
    const abroad = discord.guild('Elsewhere', { botIsMember: false })
    const group = discord.world.groupChannel([ada.user, bob.user])
    for (const place of [discord.channel('lounge', abroad), group]) {
      await imagine(place, 'a red circle')
      expect(t.messages(place).map(pictures)).toEqual([1])
      await t.answered(ada.presses(t.last(place), 'Vary (strong)'))
      expect(t.messages(place).map(pictures)).toEqual([1, 1])
      const opened = ada.presses(t.last(place), 'Remix')
      await t.answered(await ada.submits(opened, { Prompt: 'a green square' }))
      expect(t.text(t.last(place))).toContain('a green square')
      await deletes(ada, t.last(place))
      expect(t.messages(place).map(pictures)).toEqual([1, 1])
      await t.restart()
      t.clock.setWall(t.clock.now() + 3_600_000)
      await t.answered(ada.presses(t.last(place), 'Re-roll'))
      expect(t.messages(place).map(pictures)).toEqual([1, 1, 1])
      t.clock.setWall(t.clock.now() + 3_600_000)
      await deletes(ada, t.last(place))
      expect(t.messages(place).map(pictures)).toEqual([1, 1])
    }
  })

  it('asks before it makes many of one, and makes one card and one thread for all', async () => {
    const { ada, channel } = t.scene
    await imagine(channel, 'a {red,green} cat')
    expect(t.messages()).toEqual([])
    const question = t.discord.world.messagesIn(channel, ada.user).at(-1)
    if (question === undefined) throw new Error('no question')
    await t.answered(ada.presses(question, 'Paint all 2'))
    expect(t.messages()).toHaveLength(1)
    expect(t.messages(t.thread()).map(pictures)).toEqual([1, 1])
  })

  it('confirms a request whose card is delayed', async () => {
    const { ada, channel, discord } = t.scene
    discord.faults.order(/POST .*\/messages$/, { kind: 'too-many', scope: 'bucket', retryAfterMs: 1600 })
    await imagine(channel, 'a patient cat')
    expect(t.told(ada)).toEqual([expect.stringContaining(en.discord.replies.accepted)])
    expect(t.messages()).toHaveLength(1)
    expect(pictures(t.last(t.thread()))).toBe(1)
    t.test.log.lines.length = 0
  })

  it('speaks Chinese to people with a Chinese client', async () => {
    const { channel, discord } = t.scene
    const mei = discord.person('梅', { locale: 'zh-CN' })
    await t.answered(await mei.types(channel, '/imagine', { prompt: '一只猫' }))
    expect(t.labels(t.last(t.thread()))).toContain('删除')
  })
})
