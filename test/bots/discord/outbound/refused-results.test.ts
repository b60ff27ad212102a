/** Whatever Discord answers to the edit of a result, its picture stands once, and no placeholder stands as under way. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { everyRefusal } from '../../../fakes/discord/transport/refusal.ts'
import { deliveryEnds, standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(() => t.dispose())

/**
 * A token that Discord takes back ends the connection: test/bots/discord/connection.test.ts. What is overloaded is waited
 * for.
 */
const refusals = everyRefusal.filter(({ status, code }) => status < 500 && (status !== 401 || code === 50027))

it('every code of Discord’s list for the result', async () => {
  t.test.workers.mode = 'by-hand'
  const { ada, channel } = t.scene
  for (const { status, code, message } of refusals) {
    await t.test.ask(`a cat of ${code}`, t.caller(ada, channel))
    await t.passing(() => t.test.workers.underway.length > 0 && t.test.built.db.outbox.pending().length === 0)
    const placeholder = t.last(t.thread())
    const edit = new RegExp(`^PATCH /channels/\\d+/messages/${placeholder.id}`)
    t.discord.faults.order(edit, { kind: 'refusal', status, code, message }, Number.POSITIVE_INFINITY)
    t.test.workers.current.finish()
    await t.calm(1000)
    t.discord.faults.clear()
    const shown = [...t.discord.world.messages.values()].filter(
      ({ author, deleted }) => author.bot && !deleted,
    )
    const own = shown.filter(each => t.text(each).includes(`a cat of ${code}`))
    // The card in the channel has a small picture of its own.
    const results = own.filter(
      ({ attachments, channel: place }) => place !== channel && attachments.length > 0,
    )
    expect(results, String(code)).toHaveLength(1)
    expect(standingAsUnderway(shown.map(each => t.text(each))), String(code)).toEqual([])
  }
  expect(new Set(deliveryEnds(t.test).map(({ end }) => end))).toEqual(new Set(['arrived']))
})

it.each(['a red circle', 'a {red, blue} circle'])(
  'a card that is the message itself says so where every way to show the result of “%s” was refused',
  async prompt => {
    t.test.workers.mode = 'by-hand'
    const { ada, channel } = t.scene
    const tooManyThreads = { kind: 'refusal', status: 400, code: 160006, message: 'Too many' } as const
    t.discord.faults.order(/^POST .*\/threads$/, tooManyThreads, Number.POSITIVE_INFINITY)
    await t.test.easel.imagine({ prompt }, t.caller(ada, channel), { confirmed: true })
    await t.passing(() => t.test.workers.underway.length > 0 && t.test.built.db.outbox.pending().length === 0)
    const refusal = { kind: 'refusal', status: 403, code: 50013, message: 'Missing Permissions' } as const
    t.discord.faults.order(/^(POST|PATCH) \/channels\/\d+\/messages/, refusal, Number.POSITIVE_INFINITY)
    t.test.workers.mode = 'at-once'
    t.test.workers.current.finish()
    await t.passing(() => deliveryEnds(t.test).some(({ end }) => end === 'undeliverable'))
    t.discord.faults.clear()
    await t.calm(1000)
    const texts = t.messages(channel).map(message => t.text(message))
    expect(standingAsUnderway(texts)).toEqual([])
    expect(texts.join()).toContain('The result could not be shown here')
  },
)

it('a size that Discord refused is tried again after more than an hour', async () => {
  const { ada, channel } = t.scene
  const fileName = async (prompt: string) => {
    await t.test.ask(prompt, t.caller(ada, channel))
    await t.calm()
    return t.last(t.thread()).attachments[0]?.filename
  }
  t.discord.uploadLimitBytes = 200
  expect(await fileName('the first')).toMatch(/\.webp$/)
  t.discord.uploadLimitBytes = 20 * 1024 * 1024
  expect(await fileName('soon after')).toMatch(/\.webp$/)
  t.clock.advance(3_600_001)
  expect(await fileName('an hour later')).toMatch(/\.png$/)
})

it('where the bot may not post, the deferral is answered first: the result follows for everybody, and stays', async () => {
  const { ada, channel } = t.scene
  t.discord.faults.order(
    new RegExp(`^POST /channels/${channel.id}/messages$`),
    { kind: 'refusal', status: 403, code: 50001, message: 'Missing Access' },
    Number.POSITIVE_INFINITY,
  )
  await ada.types(channel, '/imagine', { prompt: 'a red circle' })
  await t.calm(1000)
  const showing = [...t.discord.world.messages.values()].filter(
    ({ attachments, deleted }) => attachments.length > 0 && !deleted,
  )
  expect(showing.map(({ channel }) => channel)).toEqual([channel])
  expect(showing.map(({ ephemeralTo }) => ephemeralTo)).toEqual([undefined])
})

it('a deferral that cannot be answered first is not filled by what follows: the result comes as a direct message', async () => {
  const { ada, channel } = t.scene
  const refused = { kind: 'refusal', status: 403, code: 50001, message: 'Missing Access' } as const
  t.discord.faults.order(
    new RegExp(`^POST /channels/${channel.id}/messages$`),
    refused,
    Number.POSITIVE_INFINITY,
  )
  t.discord.faults.order(/^PATCH \/webhooks\/.*original/, refused, Number.POSITIVE_INFINITY)
  await ada.types(channel, '/imagine', { prompt: 'a red circle' })
  await t.calm(1000)
  const showing = [...t.discord.world.messages.values()].filter(({ attachments }) => attachments.length > 0)
  expect(showing.map(({ channel }) => channel)).toEqual([t.discord.world.directChannel(ada.user)])
})
