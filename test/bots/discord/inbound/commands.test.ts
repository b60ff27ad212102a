/** Small commands on Discord, and what comes of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OverriddenFlag } from '../../../../src/app/requests.ts'
import { en } from '../../../../src/words/en.ts'
import { Asking } from '../asking.ts'

let asking: Asking

beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(async () => {
  const { refused, world } = asking.discord
  await asking.dispose()
  expect(refused.filter(({ code }) => code === undefined || !expectedRefusals.has(code))).toEqual([])
  expect(world.pings).toEqual([])
})

/** Of an event that came twice, and of one that came late, the acknowledgement is refused and does no harm. */
const expectedRefusals: ReadonlySet<number> = new Set([40060, 10062])

/** A result of Ada's in the channel. */
async function painted(options: Record<string, string | number> = {}) {
  await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a red circle', ...options })
  return asking.result
}

const jobs = () => asking.test.jobsIn({ ...place(), channelId: asking.channel.id }, 50)
const place = () => ({ platform: 'discord', spaceId: asking.guild.id }) as const

describe('an option beside a flag of the prompt', () => {
  const twice = (details: OverriddenFlag) => en.problems['flag-overridden'](details)

  it('counts, and says what it leaves out; an attached picture, too', async () => {
    const picture = await painted()
    const id = jobs()[0]?.pictures[0]?.id ?? ''
    const source = {
      filename: 'mine.png',
      contentType: 'image/png',
      bytes: picture.attachments[0]?.bytes ?? new Uint8Array(),
    }
    const prompt = `a cat --steps 5 --source ${id}`
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt, steps: 4, source })
    const told = asking.told(asking.ada).join('\n')
    expect(told).toContain(twice({ flag: '--steps', dropped: '5', used: '4' }))
    expect(told).toContain(twice({ flag: '--source', dropped: id }))
    expect(asking.lastOrder()).toMatchObject({ sampling: { steps: 4 } })
  })

  it('counts and says so after a question, too', async () => {
    const { ada, channel } = asking
    await asking.types(ada, channel, '/imagine', { prompt: 'a {red, blue} cat --steps 5', steps: 4 })
    const [question] = asking.ephemeralMessages(ada)
    if (question === undefined) throw new Error('nothing was asked')
    await asking.dealtWith(ada.presses(question, en.chat.confirm.yes(2)))
    expect(asking.told(ada).join('\n')).toContain(twice({ flag: '--steps', dropped: '5', used: '4' }))
    expect(jobs()).toHaveLength(2)
  })

  it('is named in a refusal, because what is given back lacks the value that was left out', async () => {
    const { ada, channel } = asking
    await asking.types(ada, channel, '/imagine', {
      prompt: 'a cat --no dogs',
      negative: 'birds',
      sampler: 'oiler',
    })
    const told = asking.told(ada).join('\n')
    expect(told).toContain(twice({ flag: '--no', dropped: 'dogs', used: 'birds' }))
    expect(told).toContain('a cat --no birds --sampler oiler')
    expect(jobs()).toEqual([])
  })
})

describe('small commands', () => {
  it('answer the one who asks alone', async () => {
    await painted()
    const { ada, channel } = asking
    const before = asking.posts().length
    for (const name of ['queue', 'usage', 'models', 'help']) await asking.types(ada, channel, `/${name}`)
    const told = asking.told(ada)
    expect(told[0]).toContain(en.queue.empty)
    expect(told[1]).toContain(en.usage.made(1, 1))
    expect(told[2]).toContain('demo')
    expect(told[3]).toContain(en.help.examples[0])
    expect(asking.posts()).toHaveLength(before)
  })

  it('cancel an own job from the queue', async () => {
    const { ada, channel, test } = asking
    test.workers.mode = 'by-hand'
    for (const prompt of ['one', 'two']) await ada.types(channel, '/imagine', { prompt })
    await test.until(() => test.queue().length === 2)
    await ada.types(channel, '/queue')
    const title = en.queue.title(1, 1)
    await asking.discord.until('the queue', () => asking.told(ada).some(text => text.includes(title)))
    const queue = asking.ephemeralMessages(ada).at(-1)
    if (queue === undefined) throw new Error('no queue')
    ada.presses(queue, en.buttons.cancelNumber(2))
    await asking.discord.until('a word on it', () => asking.told(ada).includes(en.chat.replies.cancelled))
    expect(jobs().map(job => job.state)).toContain('cancelled')
    test.workers.mode = 'at-once'
    test.workers.current.finish()
    await test.settled()
  })

  it('bring a past result here', async () => {
    await painted()
    const other = asking.discord.channel('elsewhere', asking.guild)
    const id = jobs()[0]?.pictures[0]?.id ?? ''
    await asking.types(asking.bob, other, '/show', { id })
    expect(asking.posts(other).some(message => message.attachments.length === 1)).toBe(true)
    expect(asking.told(asking.bob, other)).toEqual([])
    await asking.types(asking.bob, other, '/show', { id: 'nothing' })
    expect(asking.told(asking.bob, other)).toEqual([en.problems['picture-unknown']({ id: '' })])
  })

  it('forget a person after a confirmation, and nobody else', async () => {
    await painted()
    const { ada, bob, channel } = asking
    await asking.types(bob, channel, '/imagine', { prompt: 'a blue square' })
    await asking.types(ada, channel, '/forget me')
    const [asked] = asking.ephemeralMessages(ada)
    if (asked === undefined) throw new Error('nothing was asked')
    expect(jobs()).toHaveLength(2)
    await asking.dealtWith(ada.presses(asked, en.forget.yes))
    expect(asking.told(ada)).toEqual([en.forget.done(1)])
    expect(jobs().map(job => job.promptAsTyped)).toEqual(['a blue square'])
  })

  it('show figures to admins of the server and those whom the configuration names, with chart and table', async () => {
    await painted()
    asking.test.clock.advance(60_000)
    const { ada, bob, channel, discord, guild } = asking
    await asking.types(bob, channel, '/stats')
    expect(asking.told(bob)).toEqual([
      en.problems['admins-only']({ name: `discord:${guild.id}:${bob.user.id}` }),
    ])

    discord.world.grant(ada.user, guild, 'ManageGuild')
    await asking.types(ada, channel, '/stats', { days: 7 })
    const [figures] = asking.ephemeralMessages(ada)
    if (figures === undefined) throw new Error('no figures')
    expect(discord.seen(figures)).toContain(en.stats.title(7))
    expect(discord.seen(figures)).toContain('Ada')
    expect(figures.attachments.map(each => each.filename)).toEqual(['easel-stats.png', 'easel-stats.csv'])
    expect(figures.attachments[0]?.widthPx).toBeGreaterThan(400)
  })
})
