/** What Discord, or something in front of it, refuses for a while costs nobody a picture. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Mishap } from '../../../fakes/discord/transport/faults.ts'
import type { Message } from '../../../fakes/discord/world.ts'
import { deliveryEnds, standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(() => t.dispose())

const everyPost = /^(POST|PATCH) \/channels\/\d+\/messages/

/** Ada’s picture is being painted; `finish` says that it is done. */
async function begun(): Promise<{ placeholder: Message; finish(): void }> {
  const workers = t.workersByHand()
  const { ada, channel } = t.scene
  await ada.types(channel, '/imagine', { prompt: 'a red circle' })
  await t.underway()
  return { placeholder: t.last(t.thread()), finish: () => workers.current.finish() }
}

const shown = () =>
  [...t.discord.world.messages.values()].filter(({ author, deleted }) => author.bot && !deleted)
const results = () =>
  shown().filter(({ attachments, channel }) => channel !== t.scene.channel && attachments.length > 0)

it.each([403, 404, 400])(
  'a proxy that answers %s without a code of Discord’s is waited for',
  async status => {
    const { finish, placeholder } = await begun()
    t.discord.faults.order(everyPost, { kind: 'status', status }, 8)
    finish()
    await t.calm(1000)
    expect(results()).toEqual([placeholder])
    expect(deliveryEnds(t.test).map(({ end }) => end)).toEqual(['arrived'])
  },
)

it.each([40003, 40004, 40062])(
  '%s, which passes, is waited for where the direct message is all there is',
  async code => {
    const { finish } = await begun()
    const direct = t.discord.world.directChannel(t.scene.ada.user)
    const elsewhere = new RegExp(`^(POST|PATCH) /channels/(?!${direct.id})\\d+/messages`)
    const refused: Mishap = { kind: 'refusal', status: 403, code: 50001 }
    t.discord.faults.order(elsewhere, refused, Number.POSITIVE_INFINITY)
    t.discord.faults.order(/^POST \/users\/@me\/channels/, { kind: 'refusal', status: 400, code }, 2)
    finish()
    await t.calm(1000)
    expect(results().map(({ channel }) => channel)).toEqual([direct])
  },
)

describe('a message whose edits Discord limits for long', () => {
  it.each([30046, 20028] as const)('is replaced by a new one: %s', async code => {
    const { finish, placeholder } = await begun()
    const limited: Mishap = { kind: 'edit-limit', code, retryAfterMs: 1_163_000 }
    const edit = new RegExp(`^PATCH /channels/\\d+/messages/${placeholder.id}`)
    t.discord.faults.order(edit, limited, Number.POSITIVE_INFINITY)
    finish()
    const sinceMs = t.clock.now()
    const isOver = () => t.clock.now() - sinceMs > 60_000
    await t.passing(() => deliveryEnds(t.test).some(({ end }) => end !== null) || isOver())
    expect(results()).toHaveLength(1)
    await t.calm(1000)
    expect(standingAsUnderway(shown().map(message => t.text(message)))).toEqual([])
    expect(t.discord.requests.filter(({ status }) => status === 429).length).toBeLessThan(3)
  })
})

describe('where there are no threads', () => {
  it('the chat of a voice channel is answered in place, without a word of permissions', async () => {
    const { ada, guild } = t.scene
    const voice = t.discord.channel('loud', guild, { type: 2 })
    await t.answered(await ada.types(voice, '/imagine', { prompt: 'a red circle' }))
    const said = t.messages(voice).map(message => t.text(message))
    expect(said.join()).toContain('a red circle')
    expect(said.join()).not.toContain('permission')
    expect(t.messages(voice).flatMap(({ attachments }) => attachments)).toHaveLength(1)
    expect(t.discord.refused).toEqual([])
  })

  it.each([50024, 160007])('a refusal that is not about permissions names none: %s', async code => {
    const { ada, channel } = t.scene
    t.discord.faults.order(/^POST .*\/threads$/, { kind: 'refusal', status: 400, code })
    await t.answered(await ada.types(channel, '/imagine', { prompt: 'a red circle' }))
    expect(t.text(t.last())).not.toContain('permission')
    expect(t.last().attachments).toHaveLength(1)
  })

  it('a thread that refuses its first message for its words lacks no permission', async () => {
    const { ada, channel } = t.scene
    const inThread = new RegExp(`^POST /channels/(?!${channel.id})\\d+/messages`)
    t.discord.faults.order(inThread, { kind: 'refusal', status: 400, code: 200000 }, 2)
    await t.answered(await ada.types(channel, '/imagine', { prompt: 'a red circle' }))
    expect(
      t
        .messages()
        .map(message => t.text(message))
        .join(),
    ).not.toContain(en.discord.places.sendInThreads)
  })
})

it('the notice comes without a reference where Read Message History is withdrawn while painting', async () => {
  await t.dispose()
  t = await DiscordTest.start({ easel: { config: { notify: true } } })
  const { finish } = await begun()
  const { channel, ada } = t.scene
  t.discord.world.overwrite(channel, 'everyone', { deny: ['ReadMessageHistory'] })
  finish()
  await t.calm(1000)
  expect(t.discord.world.pings).toEqual([expect.stringContaining(ada.user.id)])
})
