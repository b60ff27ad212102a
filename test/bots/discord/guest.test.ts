/** Where a person brought Easel along, its answers are all it has: results, questions and refusals go into them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import type { Channel } from '../../fakes/discord/world.ts'
import { Asking } from './asking.ts'

let asking: Asking

beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(async () => {
  const { refused } = asking.discord
  await asking.dispose()
  expect(refused).toEqual([])
})

const places: [string, () => Channel][] = [
  [
    'a conversation among people',
    () => asking.discord.world.groupChannel([asking.ada.user, asking.bob.user]),
  ],
  [
    'a server that it is no member of',
    () => asking.discord.channel('lounge', asking.discord.guild('Strangers', { botIsMember: false })),
  ],
]

describe.each(places)('in %s', (_, place) => {
  const seen = (channel: Channel) =>
    asking.discord.world.messagesIn(channel, asking.ada.user).map(message => asking.discord.seen(message))

  it('the answer becomes the result, and its buttons answer too', async () => {
    const channel = place()
    await asking.types(asking.ada, channel, '/imagine', { prompt: 'a red circle' })
    const { result } = asking
    expect(result.channel).toBe(channel)
    expect(seen(channel)).toHaveLength(1)
    await asking.dealtWith(asking.bob.presses(result, en.buttons.refine))
    expect(asking.result).not.toBe(result)
    expect(asking.discord.seen(asking.result)).toContain(en.job.refined)
  })

  it('a refusal takes the place of the answer, and others do not see it', async () => {
    const channel = place()
    await asking.types(asking.ada, channel, '/imagine', { prompt: 'a cat --nope' })
    expect(seen(channel)).toHaveLength(1)
    expect(seen(channel)[0]).toContain('--nope')
    expect(asking.discord.world.messagesIn(channel, asking.bob.user)).toEqual([])
  })

  it('several jobs are asked about first, and answered each by itself', async () => {
    const channel = place()
    await asking.types(asking.ada, channel, '/imagine', { prompt: 'a {red,green} circle' })
    const [question] = asking.discord.world.messagesIn(channel, asking.ada.user)
    if (question === undefined) throw new Error('nothing was asked')
    expect(seen(channel)[0]).toContain(en.chat.confirm.title(2))
    expect(asking.discord.world.messagesIn(channel, asking.bob.user)).toEqual([])
    await asking.dealtWith(asking.ada.presses(question, en.chat.confirm.yes(2)))
    const [red, green] = asking.discord.world.messagesIn(channel)
    expect([red?.attachments.length, green?.attachments.length]).toEqual([1, 1])
  })
})
