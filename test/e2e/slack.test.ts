/** The whole program with the bundled model, in front of the fake Slack: as a workspace would have it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describePictureStory } from '../conformance/picture-story.suite.ts'
import { realClock } from '../fakes/real-clock.ts'
import { buttonsOf, type FakeBlock } from '../fakes/slack/blocks/block-kit.ts'
import { FakeSlack } from '../fakes/slack/fake-slack.ts'
import type { Person } from '../fakes/slack/person.ts'
import { readPost } from '../fakes/slack/reading.ts'
import type { Channel, Post } from '../fakes/slack/world.ts'
import { pixelsOf } from '../helpers/models/demo-painter.ts'
import { objectColour } from '../helpers/models/picture-judges.ts'
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
  expect(slack.provoked()).toEqual({ pings: [], links: [] })
  expect(slack.sockets.strayAcks).toBe(0)
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

async function presses(person: Person, post: Post, label: string): Promise<Post> {
  const before = visible(post.threadTs)
  await person.presses(post, label)
  return nextResult(before, post.threadTs ?? '')
}

/** Bob presses the button, and gets the private message that comes of it. */
async function privateReply(post: Post, label: string): Promise<Post> {
  const before = slack.ephemeralMessages(bob).length
  await bob.presses(post, label)
  await slack.until(() => slack.ephemeralMessages(bob).length > before)
  const reply = slack.ephemeralMessages(bob).at(-1)
  if (reply === undefined) throw new Error('no private reply')
  return reply
}

describePictureStory<Post>('Slack with the real model', {
  async paints(command) {
    const card = await asks(command)
    return nextResult([], card.ts)
  },
  presses: (actor, result, label) => presses(actor === 'ada' ? ada : bob, result, label),
  async remixes(result, prompt) {
    await ada.presses(result, 'Remix')
    await slack.until(() => ada.seesModal)
    const before = visible(result.threadTs)
    await ada.submits(ada.modal, { Prompt: prompt })
    return nextResult(before, result.threadTs ?? '')
  },
  info: async result => text(await privateReply(result, 'Info')),
  async infoOfFirst(result) {
    return text(await privateReply(await privateReply(result, 'More 1'), 'Info'))
  },
  async deletes(result) {
    await ada.presses(result, 'Delete')
    await slack.until(() => result.deleted)
  },
  filesOf,
  requestOf: ({ threadTs }) =>
    visible()
      .filter(({ ts }) => ts === threadTs)
      .map(text)
      .join('\n'),
  countBeside: ({ threadTs }) => visible(threadTs).length,
  leadsTo: (child, _parent, prompt) => text(child).includes(prompt),
  restart,
})

describe('Slack with the real model and a kill', () => {
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
