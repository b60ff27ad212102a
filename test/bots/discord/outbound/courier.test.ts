/** Where Discord's courier posts a request's messages, and how it behaves under bad conditions. */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Message } from '../../../fakes/discord/world.ts'
import { DiscordTest } from '../start-discord.ts'

const { places } = en.discord

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(async () => {
  expect(t.discord.world.pings).toEqual([])
  expect(t.discord.limits.refused).toBe(0)
  await t.dispose()
})

const pictures = (message: Message) => message.attachments.map(({ filename }) => filename)

describe('where a request is answered', () => {
  it('posts a card with a thread, and in it a placeholder that becomes the result', async () => {
    const work = t.workersByHand()
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.underway()
    const card = t.last()
    const thread = t.thread(card)
    expect(t.text(card)).toContain('a red circle')
    expect(thread.name).toBe('a red circle')
    const [placeholder, ...others] = t.messages(thread)
    expect(others).toEqual([])
    if (placeholder === undefined) throw new Error('no placeholder')
    expect(t.labels(placeholder)).toEqual(['Cancel'])

    work.current.step(5, await webp())
    await t.passing(() => t.text(placeholder).includes('step 5 of 20'))
    expect(pictures(placeholder)).toEqual(['preview.webp'])
    work.current.step(15)
    work.current.finish()
    await t.calm()
    expect(t.last(thread)).toBe(placeholder)
    expect(pictures(placeholder)).toEqual([expect.stringMatching(/^easel-[0-9a-z]{16}\.png$/)])
    expect(placeholder.attachments[0]?.description).toContain('a red circle')
    expect(t.labels(placeholder)).toContain('Refine')
    expect(t.text(placeholder)).not.toContain('step 5')
    expect(t.discord.refused).toEqual([])
  })

  it('says on the card no place in the queue any more once it is painted', async () => {
    const work = t.workersByHand()
    const { ada, channel } = t.scene
    await t.test.ask('first', t.caller(ada, channel))
    await t.underway()
    await t.test.ask('second', t.caller(ada, channel))
    await t.passing(() => t.messages().length === 2)
    const card = t.last()
    expect(t.text(card)).toContain(en.job.next)
    work.current.finish()
    await t.passing(() => work.underway.length > 0 && !t.text(card).includes(en.job.next))
    work.current.finish()
    await t.calm()
  })

  it.each([
    ['CreatePublicThreads', places.threads],
    ['SendMessagesInThreads', places.sendInThreads],
  ] as const)('answers in place without %s, and says so', async (permission, sentence) => {
    const { ada, channel } = t.scene
    t.discord.world.deny(channel, permission)
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    const [message, ...others] = t.messages()
    if (message === undefined) throw new Error('no message')
    expect(others).toEqual([])
    expect(pictures(message)).toHaveLength(1)
    expect(t.text(message)).toContain(sentence)
    expect(t.discord.refused).toEqual([])
  })

  it.each([
    ['threads are forbidden', places.threads],
    ['writing in threads is forbidden', places.sendInThreads],
    ['the guild has no room for a thread', places.tooManyThreads],
  ])('makes the card the placeholder where %s and nobody told us', async (what, sentence) => {
    const { ada, channel, guild } = t.scene
    const caller = t.caller(ada, channel)
    if (what === 'threads are forbidden') t.discord.world.deny(channel, 'CreatePublicThreads')
    else if (what === 'writing in threads is forbidden')
      t.discord.world.deny(channel, 'SendMessagesInThreads')
    else guild.maxActiveThreads = 0
    await t.test.ask('a red circle', caller)
    await t.calm()
    expect(t.messages()).toHaveLength(1)
    expect(pictures(t.last())).toHaveLength(1)
    expect(t.text(t.last())).toContain(sentence)
  })

  it('answers in place in threads and in direct messages', async () => {
    const { ada, channel } = t.scene
    const talk = await ada.says(channel, 'what shall we paint?')
    const thread = t.discord.world.addThread('talk', channel, talk.id)
    const direct = t.discord.world.directChannel(ada.user)
    for (const place of [thread, direct]) {
      await t.test.ask('a red circle', t.caller(ada, place))
      await t.calm()
      expect(t.messages(place)).toHaveLength(1)
      expect(pictures(t.last(place))).toHaveLength(1)
      expect(t.text(t.last(place))).toContain('a red circle')
    }
    expect(t.discord.refused).toEqual([])
  })

  it('sends a result to its author where the place was closed in the meantime', async () => {
    const work = t.workersByHand()
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.underway()
    t.discord.world.deny(channel, 'ViewChannel')
    work.current.finish()
    await t.calm()
    const direct = t.discord.world.directChannel(ada.user)
    expect(pictures(t.last(direct))).toHaveLength(1)
    expect(t.text(t.last(direct))).toContain(places.elsewhere)
  })

  it.each(['message', 'thread', 'channel'] as const)(
    'sends the result to its author when the %s is deleted under it',
    async what => {
      const work = t.workersByHand()
      const { ada, channel } = t.scene
      await t.test.ask('a red circle', t.caller(ada, channel))
      await t.underway()
      const thread = t.thread()
      if (what === 'message') t.discord.deleteMessage(t.last(thread))
      else t.discord.deleteChannel(what === 'thread' ? thread : channel)
      for (let i = 0; i < 5; i++) {
        work.current.step(2)
        await t.passing(() => true)
        t.clock.advance(3000)
      }
      work.current.finish()
      await t.calm()
      // One edit of progress that finds it out, one for the result, one for the placeholder, two for the card, and one more
      // a second later: a new message may be unknown for a moment.
      expect(t.discord.refused.length).toBeLessThanOrEqual(6)
      const direct = t.discord.world.directChannel(ada.user)
      expect(pictures(t.last(direct))).toHaveLength(1)
      const [told, other] = [places.deletedElsewhere, places.placeGone]
      expect(t.text(t.last(direct))).toContain(what === 'message' ? told : other)
      expect(t.text(t.last(direct))).not.toContain(what === 'message' ? other : told)
      // Nor does the card bring back what somebody took away.
      for (const card of t.messages(channel)) expect(pictures(card)).toEqual([])
    },
  )

  it('wakes a sleeping thread for a result', async () => {
    const work = t.workersByHand()
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.underway()
    const thread = t.thread()
    thread.archived = true
    work.current.finish()
    await t.calm()
    expect(pictures(t.last(thread))).toHaveLength(1)
  })

  it('goes to the author where pictures may not be attached, and both places name the permission', async () => {
    const { ada, channel } = t.scene
    const caller = t.caller(ada, channel)
    t.discord.world.deny(channel, 'AttachFiles')
    await t.test.ask('a red circle', caller)
    await t.calm()
    const placeholder = t.last(t.thread())
    expect(pictures(placeholder)).toEqual([])
    expect(t.text(placeholder)).toContain(places.attach)
    expect(t.text(placeholder)).toContain(places.sentDirect)
    // Buttons of a picture that nobody sees there would act on nothing.
    expect(t.labels(placeholder)).toEqual(['Delete'])
    const direct = t.discord.world.directChannel(ada.user)
    expect(t.text(t.last(direct))).toContain(places.attachElsewhere)
    expect(pictures(t.last(direct))).toHaveLength(1)
    expect(t.labels(t.last(direct))).toContain('Refine')
  })
})

describe('a guild that wants pictures covered', () => {
  it('gets them covered', async () => {
    await t.dispose()
    t = await DiscordTest.start({ spoilers: true })
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    expect(t.text(t.last(t.thread()))).toMatch(/\|\|<easel-[^|]*\|\|/)
  })
})

describe('a courier under bad conditions', () => {
  it('shows nothing twice when a connection breaks after Discord has acted', async () => {
    const { ada, channel } = t.scene
    t.discord.faults.order(/POST .*\/messages$/, { kind: 'cut', when: 'after' }, 2)
    t.discord.faults.order(/POST .*\/threads$/, { kind: 'cut', when: 'after' }, 1)
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    expect(t.messages()).toHaveLength(1)
    expect(t.messages(t.thread())).toHaveLength(1)
    expect(pictures(t.last(t.thread()))).toHaveLength(1)
  })

  it.each([
    ['5xx', { kind: 'status', status: 502 }],
    ['429 of the bucket', { kind: 'too-many', scope: 'bucket', retryAfterMs: 20 }],
    ['429 of everything', { kind: 'too-many', scope: 'global', retryAfterMs: 20 }],
    ['429 of the proxy in front', { kind: 'too-many', scope: 'cloudflare', retryAfterMs: 20 }],
    ['a cut line', { kind: 'cut', when: 'before' }],
  ] as const)('loses nothing to %s', async (_name, mishap) => {
    const { ada, channel } = t.scene
    for (const where of [/POST .*\/messages$/, /POST .*\/threads$/, /PATCH .*\/messages\//])
      t.discord.faults.order(where, mishap, 5)
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    expect(t.messages()).toHaveLength(1)
    expect(pictures(t.last(t.thread()))).toHaveLength(1)
  })

  it.each([false, true])('takes message, card and the thread’s name away (archived: %s)', async archived => {
    const { ada, channel, guild } = t.scene
    t.discord.world.grant(t.discord.world.bot, guild, 'ManageThreads')
    const job = await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    const thread = t.thread()
    // As after a day without a message.
    thread.archived = archived
    await t.test.easel.act({ kind: 'delete', jobId: job.id }, t.caller(ada, channel))
    await t.calm()
    expect(t.messages()).toEqual([])
    expect(t.messages(thread)).toEqual([])
    expect(thread.name).toBe(places.removedThread)
  })

  it('edits a placeholder at most every 2.5 s, and skips edits when the channel is hot', async () => {
    const work = t.workersByHand()
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.underway()
    const placeholder = t.last(t.thread())
    for (let i = 0; i < 19; i++) {
      work.current.step()
      await t.passing(() => true)
      t.clock.advance(500)
      await t.test.built.delivered()
    }
    const gaps = placeholder.editedAt.slice(1).map((at, i) => at - (placeholder.editedAt[i] ?? 0))
    expect(placeholder.editedAt.length).toBeGreaterThan(2)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2500)
    work.current.step()
    work.current.finish()
    await t.calm()
  })

  it('brings a result to another place with all its buttons', async () => {
    const { ada, channel, guild } = t.scene
    const job = await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    const other = t.discord.channel('other', guild)
    const shown = await t.test.easel.show(job.id, t.caller(ada, other))
    expect(shown.kind).toBe('shown')
    await t.calm()
    expect(t.labels(t.last(other))).toContain('Delete')
    expect(pictures(t.last(other))).toHaveLength(1)
  })
})

/** A picture so far, as workers send it. */
async function webp(): Promise<Uint8Array> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: '#c33' } })
    .webp()
    .toBuffer()
}
