/** The whole program with the bundled model, in front of the fake Discord: as a community would have it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describePictureStory } from '../conformance/picture-story.suite.ts'
import { FakeDiscord } from '../fakes/discord/fake-discord.ts'
import type { Interaction } from '../fakes/discord/interactions.ts'
import { flag } from '../fakes/discord/limits/messages.ts'
import type { Person } from '../fakes/discord/people.ts'
import { labelsOf } from '../fakes/discord/rules/client-rules.ts'
import type { Channel, Message } from '../fakes/discord/world.ts'
import { realClock } from '../fakes/real-clock.ts'
import { pixelsOf } from '../helpers/models/demo-painter.ts'
import { objectColour } from '../helpers/models/picture-judges.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const discord = new FakeDiscord({ clock: realClock, realClock })
let server: ServerProcess
let ada: Person
let bob: Person
let channel: Channel

beforeAll(async () => {
  await discord.start()
  const guild = discord.guild('Painters')
  channel = discord.channel('art', guild)
  ada = discord.person('Ada')
  bob = discord.person('Bob')
  server = new ServerProcess(`logLevel: warn\nnotify: false\ndiscord:\n  apiUrl: ${discord.apiUrl}`, {
    DISCORD_TOKEN: discord.token,
  })
  await listening()
})
afterAll(async () => {
  await server.dispose()
  await discord.stop()
  expect([...discord.world.pings, ...discord.links, ...discord.mentions]).toEqual([])
})

async function listening(): Promise<void> {
  await server.start()
  await server.says(/^Discord: /)
  expect(server.lines.find(line => line.startsWith('Discord: '))).toContain('on')
}

async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await server.end(signal)
  await listening()
}

const filesOf = (message: Message) => message.attachments.map(({ bytes }) => bytes)

function fileOf(message: Message): Uint8Array {
  const [file] = filesOf(message)
  if (file === undefined) throw new Error('no picture in that message')
  return file
}

const isResult = (message: Message) => labelsOf(message).includes('Delete')

/** The one message that comes next in a place, once it is a result. */
async function nextResult(place: Channel, before: readonly Message[]): Promise<Message> {
  const fresh = () => discord.world.messagesIn(place).filter(message => !before.includes(message))
  await discord.until('a result', () => fresh().some(isResult))
  const [result, ...more] = fresh()
  expect(more).toEqual([])
  if (result === undefined) throw new Error('no result')
  return result
}

async function asks(prompt: string, options: Record<string, number> = {}): Promise<Channel> {
  const before = discord.world.messagesIn(channel)
  await ada.types(channel, '/imagine', { prompt, ...options })
  const card = () => discord.world.messagesIn(channel).find(message => !before.includes(message))
  await discord.until('a card with a thread', () => {
    const posted = card()
    return posted !== undefined && discord.threadOf(posted) !== undefined
  })
  const posted = card()
  const thread = posted && discord.threadOf(posted)
  if (thread === undefined) throw new Error('no thread')
  return thread
}

async function presses(person: Person, message: Message, label: string): Promise<Message> {
  const before = discord.world.messagesIn(message.channel)
  person.presses(message, label)
  return nextResult(message.channel, before)
}

/** The answer for the asker alone: the deferred response once it is filled, or a follow-up. */
async function privateReply(interaction: Interaction): Promise<Message> {
  const reply = () => [interaction.original, ...interaction.followUps].findLast(isPrivateReply)
  await discord.until('a private reply', () => reply() !== undefined)
  const message = reply()
  if (message === undefined) throw new Error('no private reply')
  return message
}

/** What `@original` stands for may be the pressed message, or not be filled yet. */
const isPrivateReply = (message: Message | undefined) =>
  message?.ephemeralTo !== undefined && (message.flags & flag.loading) === 0

describePictureStory<Message>('Discord with the real model', {
  paints: async text => nextResult(await asks(text), []),
  presses: (actor, result, label) => presses(actor === 'ada' ? ada : bob, result, label),
  async remixes(result, prompt) {
    const before = discord.world.messagesIn(result.channel)
    await ada.submits(ada.presses(result, 'Remix'), { Prompt: prompt })
    return nextResult(result.channel, before)
  },
  info: async result => discord.seen(await privateReply(bob.presses(result, 'Info'))),
  async infoOfFirst(result) {
    const more = await privateReply(bob.presses(result, 'More 1'))
    return discord.seen(await privateReply(bob.presses(more, 'Info')))
  },
  async deletes(result) {
    const asked = await privateReply(ada.presses(result, 'Delete'))
    expect(discord.seen(asked)).toContain('Delete this?')
    ada.presses(asked, 'Delete')
    await discord.until('the result gone', () => result.deleted)
  },
  filesOf,
  requestOf: result => result.channel.name,
  countBeside: result => discord.world.messagesIn(result.channel).length,
  leadsTo: (child, parent) => child.replyTo === parent.id,
  restart,
})

describe('Discord with the real model and a kill', () => {
  it('finishes after a kill what it was painting, in the same message', async () => {
    const thread = await asks('a red square', { seed: 3, steps: 150, count: 4 })
    // Six hundred steps have just begun; a quick machine may be done before the first of them is shown.
    await discord.until('the placeholder', () => discord.world.messagesIn(thread).length > 0)
    await restart('SIGKILL')
    const result = await nextResult(thread, [])
    expect(objectColour(await pixelsOf(fileOf(result)), 'square')).toBe('red')
  })

  it('answers in direct messages', async () => {
    const direct = discord.world.directChannel(bob.user)
    await bob.types(direct, '/imagine', { prompt: 'a blue square', seed: 5 })
    const result = await nextResult(direct, [])
    expect(objectColour(await pixelsOf(fileOf(result)), 'square')).toBe('blue')
  })
})
