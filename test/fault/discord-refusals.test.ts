/**
 * Any call of a delivery on Discord may be refused with any code of its list, time out, or succeed without its answer
 * arriving, with kills between: every picture stands once, or its end is recorded, logged and told.
 */
import { afterEach, expect, it } from 'vitest'
import { DiscordTest } from '../bots/discord/start-discord.ts'
import type { Interaction } from '../fakes/discord/interactions.ts'
import type { Mishap } from '../fakes/discord/transport/faults.ts'
import { refusalsOf } from '../fakes/discord/transport/refusal.ts'
import { expectAllEnded, standingAsUnderway, unfinished } from '../helpers/delivery-ends.ts'
import { RandomMishaps } from '../helpers/random/random-mishaps.ts'
import { seededRandom } from '../helpers/random/seeded-random.ts'

const jobs = Number(process.env.EASEL_REFUSED_JOBS ?? 10)
const jobsPerKill = 5
/** Calls of a delivery: the first answer to a command is none. */
const ofDelivery = /^\/(channels|webhooks|users)\//

/**
 * A token that Discord takes back ends the connection instead: test/bots/discord/connection.test.ts. Pictures that are
 * too large are compressed, and have other bytes from then on.
 */
const refusals = (method: string) =>
  refusalsOf(method).filter(({ status }) => status !== 401 && status !== 413)

let t: DiscordTest
afterEach(() => t.dispose())

it('every picture stands once on Discord or its end is told, whatever calls answer', {
  timeout: 1_200_000,
}, async () => {
  const random = seededRandom('discord refusals')
  const mishaps = new RandomMishaps(random)
  t = await DiscordTest.start({ easel: { config: { notify: true } } })
  const { discord, scene, test } = t
  const { ada, bob, channel, guild } = scene
  const other = discord.channel('other', guild)
  const thread = discord.thread('talk', channel)
  const direct = discord.world.directChannel(bob.user)
  discord.faults.choose = (method, path): Mishap | undefined => {
    if (!ofDelivery.test(path)) return undefined
    const mishap = mishaps.next(refusals(method))
    if (mishap?.kind === 'unavailable') return { kind: 'status', status: 503 }
    if (mishap?.kind !== 'refusal') return mishap
    const { status, code, message } = mishap.refusal
    return { kind: 'refusal', status, code, message }
  }
  const asks: (() => Promise<Interaction>)[] = [
    () => ada.types(channel, '/imagine', { prompt: `cat ${random.next()}` }),
    () => ada.types(channel, '/imagine', { prompt: `cats ${random.next()} --n 4` }),
    () => bob.types(direct, '/imagine', { prompt: `direct cat ${random.next()} --n 2` }),
    () => ada.types(thread, '/imagine', { prompt: `cat in a thread ${random.next()}` }),
    async () => {
      const here = { platform: 'discord', spaceId: guild.id, channelId: channel.id } as const
      const done = test.jobsIn(here, 1000).filter(({ state }) => state === 'done')
      if (done.length === 0) return ada.types(channel, '/imagine', { prompt: `first cat ${random.next()}` })
      return ada.types(other, '/show', { id: random.pick(done).id })
    },
  ]
  for (let i = 0; i < jobs; i++) {
    if (i % jobsPerKill === 0) mishaps.planKill()
    thread.archived = false
    const asked = await random.pick(asks)()
    await t.passing(() => asked.answer !== undefined)
    await t.passing(() => mishaps.isKillDue || t.isCalm, 1000)
    if (!mishaps.isKillDue) continue
    mishaps.killed()
    await t.restart('crash')
  }
  await t.calm(1000)

  const shown = [...discord.world.messages.values()].filter(
    ({ author, deleted, ephemeralTo }) => author.bot && !deleted && ephemeralTo === undefined,
  )
  // The small picture on a card has other bytes.
  const count = (bytes: Uint8Array) =>
    shown.filter(({ attachments }) => attachments.some(file => Buffer.compare(file.bytes, bytes) === 0))
      .length
  if (jobs >= 40) expect(mishaps.kills).toBeGreaterThan(0)
  const lost = await expectAllEnded(test, count)
  expect(standingAsUnderway(shown.map(message => t.text(message))), unfinished(test)).toEqual([])
  console.info(
    `discord refusals: ${jobs} jobs, ${mishaps.mishaps} calls that failed, ${mishaps.kills} kills, ${lost} results told as undeliverable`,
  )
})
