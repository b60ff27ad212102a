/** The whole program with the bundled model, in front of the fake Slack: as a workspace would have it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { realClock } from '../fakes/real-clock.ts'
import { buttonsOf, type FakeBlock } from '../fakes/slack/blocks/block-kit.ts'
import { FakeSlack } from '../fakes/slack/fake-slack.ts'
import type { Person } from '../fakes/slack/person.ts'
import { readPost } from '../fakes/slack/reading.ts'
import type { Channel, Post } from '../fakes/slack/world.ts'
import { backgroundColour, objectColour } from '../helpers/judge.ts'
import { pixelsOf } from '../helpers/models/demo-painter.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const slack = new FakeSlack(realClock)
let server: ServerProcess
let ada: Person
let bob: Person
let channel: Channel

beforeAll(async () => {
  await slack.start()
  slack.faults.acceptsUnsharedFiles = true
  slack.faults.processingMs = 100
  const team = slack.addTeam('acme')
  ada = slack.addPerson(team, 'Ada')
  bob = slack.addPerson(team, 'Bob')
  channel = slack.addChannel(team, 'art')
  server = new ServerProcess(`logLevel: warn\nnotify: false\nslack:\n  apiUrl: ${slack.apiUrl}`, {
    SLACK_BOT_TOKEN: team.botToken,
    SLACK_APP_TOKEN: slack.appToken,
  })
  await listening()
})
afterAll(async () => {
  await server.dispose()
  await slack.stop()
})

async function listening(): Promise<void> {
  await server.start()
  await server.says(/^Slack: /)
  expect(server.lines.find(line => line.startsWith('Slack: '))).toContain('on')
}

async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await server.end(signal)
  await listening()
}

type ImageBlock = Extract<FakeBlock, { type: 'image' }>
const images = (post: Post) => post.blocks.filter((block): block is ImageBlock => block.type === 'image')
const labels = (post: Post) => buttonsOf(post.blocks).map(({ button }) => button.text.text)
const text = (post: Post) => readPost(slack.world, post).lines.join('\n')

/** The files that a message shows. */
function filesOf(post: Post): Uint8Array[] {
  return images(post).map(({ slack_file: source }) => {
    const file = source && 'id' in source ? slack.world.files.get(source.id) : undefined
    if (file?.bytes === undefined) throw new Error('a picture without a file')
    return file.bytes
  })
}

function fileOf(post: Post): Uint8Array {
  const [file] = filesOf(post)
  if (file === undefined) throw new Error('no picture in that message')
  return file
}

function visible(threadTs?: string): Post[] {
  return slack.posts(channel.id, threadTs).filter(post => post.onlyFor === undefined)
}

/** The message that comes next under a card, once it is a result. */
async function nextResult(before: readonly Post[], cardTs: string): Promise<Post> {
  const fresh = () => visible(cardTs).filter(post => !before.includes(post))
  await slack.until(() => fresh().some(post => labels(post).includes('Delete')))
  const [result, ...more] = fresh()
  expect(more).toEqual([])
  if (result === undefined) throw new Error('no result')
  return result
}

/** The card of a new request. */
async function asks(wish: string): Promise<Post> {
  const before = visible()
  const fresh = () => visible().find(post => !before.includes(post))
  expect(await ada.types('/imagine', wish, { channelId: channel.id })).toMatchObject({ kind: 'acked' })
  await slack.until(() => fresh() !== undefined)
  const card = fresh()
  if (card === undefined) throw new Error('no card')
  return card
}

async function imagines(wish: string): Promise<{ card: Post; result: Post }> {
  const card = await asks(wish)
  return { card, result: await nextResult([], card.ts) }
}

async function presses(person: Person, post: Post, label: string): Promise<Post> {
  const before = visible(post.threadTs)
  await person.presses(post, label)
  return nextResult(before, post.threadTs ?? '')
}

describe('Slack with the real model', () => {
  it('paints, and goes on from the picture by every button, with a restart or a kill before each', async () => {
    const { card, result } = await imagines('a red circle on a blue background --seed 7')
    expect(text(card)).toContain('a red circle on a blue background')
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
    await ada.presses(again, 'Remix')
    await slack.until(() => ada.seesModal)
    const before = visible(card.ts)
    await ada.submits(ada.modal, { Prompt: 'a green circle on a white background' })
    const remixed = await nextResult(before, card.ts)
    expect(objectColour(await pixelsOf(fileOf(remixed)), 'circle')).toBe('green')

    await restart('SIGTERM')
    await bob.presses(result, 'Info')
    await slack.until(() => slack.ephemeralMessages(bob).length > 0)
    expect(slack.ephemeralMessages(bob).map(text).join()).toContain('Seed: 7')
    await ada.presses(result, 'Delete')
    await slack.until(() => result.deleted)
    expect(visible(card.ts)).toHaveLength(6)
    expect(slack.provoked()).toEqual({ pings: [], links: [] })
    expect(slack.sockets.strayAcks).toBe(0)
  })

  it('paints a set of four, each with its own buttons, and the same again by its command', async () => {
    const { result } = await imagines('a yellow star on a purple background --seed 11 --n 4')
    const set = filesOf(result)
    expect(set).toHaveLength(4)
    expect(labels(result)).toContain('Upscale 4')
    for (const file of set) expect(objectColour(await pixelsOf(file), 'star')).toBe('yellow')

    const third = await presses(bob, result, 'Upscale 3')
    expect((await pixelsOf(fileOf(third))).widthPx).toBe(256)
    expect(text(third)).toContain('a yellow star on a purple background')

    const said = () => slack.ephemeralMessages(bob)
    const before = said().length
    await bob.presses(result, 'More 1')
    await slack.until(() => said().length === before + 1)
    const menu = said().at(-1)
    if (menu === undefined) throw new Error('no buttons')
    await bob.presses(menu, 'Info')
    await slack.until(() => said().length === before + 2)
    const [info] = said().slice(-1).map(text)
    // The command gives this picture alone: the set is four of them.
    const [, command = ''] = /```\/imagine ([^`]+)```/.exec(info?.replace('--n 1 ', '--n 4 ') ?? '') ?? []
    const { result: repeated } = await imagines(command)
    expect(filesOf(repeated).map(bytes => Buffer.from(bytes).toString('base64'))).toEqual(
      set.map(bytes => Buffer.from(bytes).toString('base64')),
    )
  })

  it('finishes after a kill what it was painting, in the same message', async () => {
    const card = await asks('a red square --seed 3 --steps 150 --n 4')
    const thread = () => visible(card.ts)
    // Six hundred steps have just begun; a quick machine may be done before the first of them is shown.
    await slack.until(() => thread().length > 0)
    // Slack takes no nonce: a message that is posted but not yet recorded would come a second time.
    await server.records('SELECT 1 FROM deliveries WHERE address LIKE ?', `%${card.ts}%`)
    await restart('SIGKILL')
    await slack.until(() => thread().some(post => labels(post).includes('Delete')))
    const [result, ...more] = thread()
    expect(more).toEqual([])
    expect(result && objectColour(await pixelsOf(fileOf(result)), 'square')).toBe('red')
  })
})
