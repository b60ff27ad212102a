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

describe('answers by the token of an interaction', () => {
  it('are all there is where the bot is no member, and direct messages after 15 minutes', async () => {
    const { ada } = t.scene
    const abroad = t.discord.guild('Elsewhere', { botIsMember: false })
    const channel = t.discord.channel('lounge', abroad)
    const work = t.workersByHand()
    const ask = async (prompt: string, tokenLifeMs = 15 * 60_000) => {
      const interaction = t.discord.interactions.add({ kind: 'command', user: ada.user, channel })
      // The command itself is answered elsewhere; its public answer waits to be filled.
      await fetch(`${t.discord.apiUrl}/v10/interactions/${interaction.id}/${interaction.token}/callback`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ type: 5 }),
      })
      const tokenUntilMs = t.clock.now() + tokenLifeMs
      // Discord says what answers may hold: files, where the app is no member.
      const permissions = String(1 << 15)
      const details = {
        token: interaction.token,
        tokenUntilMs,
        permissions,
        answersOnly: true,
        fillsAnswer: true,
      }
      await t.test.ask(prompt, t.caller(ada, channel, details))
      await t.underway()
    }
    await ask('a red circle')
    expect(t.messages(channel)).toHaveLength(1)
    expect(t.text(t.last(channel))).toContain(places.answersOnly)
    work.current.finish()
    await t.calm()
    expect(t.messages(channel)).toHaveLength(1)
    expect(pictures(t.last(channel))).toHaveLength(1)
    expect(t.text(t.last(channel))).not.toContain(places.answersOnly)

    await ask('a slow circle', 60_000)
    t.clock.advance(20_000)
    await t.discord.until('last words', () => t.text(t.last(channel)).includes(places.later))
    t.clock.setWall(t.clock.now() + 16 * 60_000)
    work.current.finish()
    await t.calm()
    expect(pictures(t.last(channel))).toEqual([])
    const direct = t.discord.world.directChannel(ada.user)
    expect(t.text(t.last(direct))).toContain('a slow circle')
    expect(pictures(t.last(direct))).toHaveLength(1)
    expect(t.discord.refused).toEqual([])
  })
})

describe('files that are too large', () => {
  it.each([
    ['said so before', () => {}, { uploadLimitBytes: 200 }],
    [
      'says so only when it gets them',
      () => {
        t.discord.uploadLimitBytes = 200
      },
      {},
    ],
  ])('are packed smaller, all of a set, where Discord %s', async (_name, limit, details) => {
    const { ada, channel } = t.scene
    limit()
    await t.test.easel.imagine({ prompt: 'two cats', count: 2 }, t.caller(ada, channel, details))
    await t.calm()
    const result = t.last(t.thread())
    expect(pictures(result)).toEqual([0, 1].map(() => expect.stringMatching(/\.webp$/)))
    expect(t.text(result)).toContain(places.smaller)
  })

  it('come as a direct message where no packing helps', async () => {
    const { ada, channel } = t.scene
    const direct = t.discord.world.directChannel(ada.user)
    const notDirect = new RegExp(`^(PATCH|POST) /(?!channels/${direct.id}/)`)
    t.discord.faults.order(notDirect, { kind: 'upload-limit', bytes: 20 }, Infinity)
    await t.test.easel.imagine({ prompt: 'two cats', count: 2 }, t.caller(ada, channel))
    await t.calm()
    expect(pictures(t.last(direct))).toHaveLength(2)
    expect(pictures(t.last(direct))).toEqual([0, 1].map(() => expect.stringMatching(/\.png$/)))
    expect(t.text(t.last(t.thread()))).toContain(places.sentDirect)
  })

  it('are told of in /queue, and stay for /show, where no place takes them', async () => {
    const { ada, channel } = t.scene
    t.discord.uploadLimitBytes = 20
    await t.test.easel.imagine({ prompt: 'two cats', count: 2 }, t.caller(ada, channel))
    await t.calm()
    const placeholder = t.last(t.thread())
    expect(t.text(placeholder)).toContain(places.tooLarge)
    expect(t.text(placeholder)).toContain(places.undelivered)
    const [notice] = t.test.easel.notices(t.caller(ada, channel).person).undelivered
    const show = `/show ${notice?.job.id}`
    const sentence = en.delivery.undelivered('two cats', en.delivery.reasons.files(''), show)
    const queue = async () => {
      await t.answered(await ada.types(channel, '/queue'))
      return t.told(ada).at(-1)
    }
    expect(await queue()).toContain(sentence)
    t.discord.uploadLimitBytes = 20 * 1024 * 1024
    t.clock.advance(3_600_000)
    // The next request tells of it without being asked, once.
    const tellings = () => t.told(ada).filter(text => text.includes(sentence)).length
    for (const prompt of ['a dog', 'another dog']) {
      await t.answered(await ada.types(channel, '/imagine', { prompt }))
      await t.calm()
      expect(tellings()).toBe(2)
    }
    await t.answered(await ada.types(channel, '/show', { id: notice?.job.id ?? '' }))
    await t.calm()
    const everywhere = [...t.discord.world.messages.values()]
    expect(everywhere.filter(message => pictures(message).length === 2)).toHaveLength(1)
    expect(await queue()).not.toContain(show)
  })

  it('are sent as they are where they fit', async () => {
    const { ada, channel } = t.scene
    await t.test.ask('a red circle', t.caller(ada, channel))
    await t.calm()
    const result = t.last(t.thread())
    expect(pictures(result)[0]).toMatch(/\.png$/)
    expect(t.text(result)).not.toContain(places.smaller)
  })
})
