/** Replies that one person alone sees on Discord: they are deleted with the jobs whose words they show, or named. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { en } from '../../../src/words/en.ts'
import type { Person } from '../../fakes/discord/people.ts'
import type { Message } from '../../fakes/discord/world.ts'
import { Asking } from './asking.ts'
import { DiscordTest } from './start-discord.ts'

const prompt = 'a secret cat'
const tokenLifeMs = 15 * 60_000

describe('a reply that one person alone sees on Discord', () => {
  let t: DiscordTest
  afterEach(() => t.dispose())

  /** A picture whose readers have Info, More, Image info, the queue and their own list open. */
  async function paintedAndRead() {
    t = await DiscordTest.start()
    const { ada, bob, channel } = t.scene
    await t.answered(await ada.types(channel, '/imagine', { prompt, count: 2 }))
    const result = t.last(t.thread())
    await t.answered(bob.presses(result, 'More 2'))
    await t.answered(bob.presses(lastFor(bob), 'Info'))
    await t.answered(bob.uses('Image info', result), await ada.types(channel, '/mine'))
    return result
  }

  function lastFor({ user }: Person): Message {
    const message = [...t.discord.world.messages.values()].findLast(each => each.ephemeralTo === user)
    if (message === undefined) throw new Error('nothing was said')
    return message
  }
  const readers = () => [t.scene.ada, t.scene.bob]
  const showing = () => readers().flatMap(person => t.told(person).filter(text => text.includes(prompt)))
  const told = (person: Person) => t.told(person).at(-1)

  it('goes with the picture when its author deletes it, also after a restart', async () => {
    const result = await paintedAndRead()
    expect(showing()).toHaveLength(4)
    await t.restart()
    const { ada } = t.scene
    await t.answered(ada.presses(result, 'Delete'))
    await t.answered(ada.presses(lastFor(ada), en.chat.deletion.yes))
    expect(showing()).toEqual([])
    expect(told(ada)).toContain(en.chat.replies.deleted)
    expect(told(ada)).not.toContain(en.discord.replies.undeletable(4))
    expect(t.discord.limits.refused).toBe(0)
  })

  it('is named where Discord no longer lets it be deleted', async () => {
    await paintedAndRead()
    t.clock.setWall(t.clock.now() + tokenLifeMs)
    const { ada, channel } = t.scene
    await t.answered(await ada.types(channel, '/forget me'))
    await t.answered(ada.presses(lastFor(ada), en.forget.yes))
    expect(told(ada)).toContain(en.discord.replies.undeletable(4))
    expect(t.test.pending).toEqual([])
  })
})

/** Wherever they are, also in a thread. */
function repliesIn({ discord }: Asking): string[] {
  return [...discord.world.messages.values()]
    .filter(message => message.ephemeralTo && !message.deleted)
    .map(message => discord.seen(message))
}

function repliesWithPrompt(asking: Asking): string[] {
  return repliesIn(asking).filter(text => text.includes(prompt))
}

it.each([
  ['before it was sent is not sent', [false]],
  ['while it was sent is deleted at once', [true, false]],
])('a reply whose picture was deleted %s', async (_, answers) => {
  const left: boolean[] = []
  const asking = await Asking.start({ facade: { recordReply: async () => left.shift() ?? false } })
  const result = await asking.painted({ prompt })
  left.push(...answers)
  await asking.dealtWith(asking.bob.presses(result, 'Info'))
  left.splice(0, 1, ...answers)
  await asking.dealtWith(asking.bob.uses('Image info', result))
  expect(repliesWithPrompt(asking)).toEqual([])
  await asking.dispose()
})

it('a reply is recorded before it is sent: a process that is killed just after that deletes it later', async () => {
  const asking = await Asking.start({
    facade: {
      recordReply: async reply => {
        if (repliesWithPrompt(asking).length > replies) throw new Error('killed')
        return asking.test.easel.recordReply(reply)
      },
    },
  })
  const { ada, bob, channel } = asking
  let replies = 0
  const result = await asking.painted({ prompt, count: 2 })
  const asks = [
    () => asking.dealtWith(bob.presses(result, 'More 2')),
    () => asking.dealtWith(bob.uses('Image info', result)),
    () => asking.types(ada, channel, '/mine'),
  ]
  for (const ask of asks) {
    await ask()
    replies += 1
    expect(repliesWithPrompt(asking)).toHaveLength(replies)
  }
  await asking.restart({})
  await asking.types(ada, channel, '/forget me')
  const question = asking.ephemeralMessages(ada).at(-1)
  if (question === undefined) throw new Error('nothing was asked')
  await asking.dealtWith(ada.presses(question, en.forget.yes))
  expect(repliesWithPrompt(asking)).toEqual([])
  expect(asking.told(ada).at(-1)).toContain(en.forget.done(1))
  await asking.dispose()
})

it('a reply that cannot be recorded is not shown, and the person is told why; nobody waits for it for ever', async () => {
  const asking = await Asking.start({
    facade: {
      recordReply: () => Promise.reject(new AppError('storage', { problem: { what: 'disk-full' } })),
    },
  })
  const { ada, bob, channel } = asking
  const result = await asking.painted({ prompt, count: 2 })
  const sentence = en.errors.storage({ problem: { what: 'disk-full' } })
  const asks = [
    () => asking.dealtWith(bob.presses(result, 'More 2')),
    () => asking.dealtWith(bob.uses('Image info', result)),
    () => asking.types(ada, channel, '/mine'),
  ]
  for (const [i, ask] of asks.entries()) {
    await ask()
    expect(repliesIn(asking)).toEqual(Array(i + 1).fill(sentence))
  }
  expect(asking.test.log.lines.filter(({ level }) => level === 'error')).toHaveLength(asks.length)
  await asking.dispose()
})
