/** The whole program with the bundled model, in front of the fake Discord: as a community would have it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeDiscord } from '../fakes/discord/fake-discord.ts'
import type { Interaction } from '../fakes/discord/interactions.ts'
import type { Person } from '../fakes/discord/people.ts'
import { labelsOf } from '../fakes/discord/rules/client-rules.ts'
import type { Channel, Message } from '../fakes/discord/world.ts'
import { realClock } from '../fakes/real-clock.ts'
import { backgroundColour, objectColour } from '../helpers/judge.ts'
import { pixelsOf } from '../helpers/models/demo-painter.ts'
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

async function whispered(interaction: Interaction): Promise<string> {
  const whisper = () => interaction.followUps.at(-1)
  await discord.until('a word to the one who pressed', () => whisper() !== undefined)
  const said = whisper()
  return said === undefined ? '' : discord.seen(said)
}

describe('Discord with the real model', () => {
  it('paints, and goes on from the picture by every button, with a restart or a kill before each', async () => {
    const thread = await asks('a red circle on a blue background', { seed: 7 })
    const result = await nextResult(thread, [])
    expect(thread.name).toBe('a red circle on a blue background')
    const painted = await pixelsOf(fileOf(result))
    expect([painted.widthPx, painted.heightPx]).toEqual([128, 128])
    expect(objectColour(painted, 'circle')).toBe('red')
    expect(backgroundColour(painted)).toBe('blue')

    let last = result
    for (const [label, signal] of [
      ['Refine', 'SIGTERM'],
      ['Vary (subtle)', 'SIGKILL'],
      ['Vary (strong)', 'SIGTERM'],
    ] as const) {
      await restart(signal)
      last = await presses(bob, last, label)
      expect(objectColour(await pixelsOf(fileOf(last)), 'circle'), label).toBe('red')
    }
    await restart('SIGKILL')
    const upscaled = await presses(bob, last, 'Upscale ×2')
    expect((await pixelsOf(fileOf(upscaled))).widthPx).toBe(256)

    await restart('SIGTERM')
    const again = await presses(ada, result, 'Re-roll')
    expect(objectColour(await pixelsOf(fileOf(again)), 'circle')).toBe('red')
    expect(fileOf(again)).not.toEqual(fileOf(result))

    await restart('SIGKILL')
    const before = discord.world.messagesIn(thread)
    await ada.submits(ada.presses(again, 'Remix'), { Prompt: 'a green circle on a white background' })
    const remixed = await nextResult(thread, before)
    expect(objectColour(await pixelsOf(fileOf(remixed)), 'circle')).toBe('green')

    await restart('SIGTERM')
    expect(await whispered(bob.presses(result, 'Info'))).toContain('Seed: 7')
    const asked = ada.presses(result, 'Delete')
    expect(await whispered(asked)).toContain('Delete this?')
    const [question] = asked.followUps
    if (question === undefined) throw new Error('no question')
    ada.presses(question, 'Delete')
    await discord.until('the result gone', () => result.deleted)
    expect(discord.world.messagesIn(thread)).toHaveLength(6)
  })

  it('paints a set of four, each with its own buttons, and the same again by its command', async () => {
    const thread = await asks('a yellow star on a purple background', { seed: 11, count: 4 })
    const result = await nextResult(thread, [])
    const set = filesOf(result)
    expect(set).toHaveLength(4)
    for (const file of set) expect(objectColour(await pixelsOf(file), 'star')).toBe('yellow')

    const third = await presses(bob, result, 'Upscale 3')
    expect((await pixelsOf(fileOf(third))).widthPx).toBe(256)
    expect(third.replyTo).toBe(result.id)

    const more = bob.presses(result, 'More 1')
    await whispered(more)
    const [menu] = more.followUps
    if (menu === undefined) throw new Error('no buttons')
    const info = await whispered(bob.presses(menu, 'Info'))
    // The command gives this picture alone: the set is four of them.
    const [, command = ''] = /\/imagine ([^\n`]+)/.exec(info.replace('--n 1 ', '--n 4 ')) ?? []
    const repeated = await nextResult(await asks(command), [])
    expect(filesOf(repeated).map(bytes => Buffer.from(bytes).toString('base64'))).toEqual(
      set.map(bytes => Buffer.from(bytes).toString('base64')),
    )
  })

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
