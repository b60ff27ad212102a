/** Messages on Discord of which no answer came: they are found, or deleted in the end, and never left as under way. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(() => t.dispose())

const forbidden = { kind: 'refusal', status: 403, code: 50001, message: 'Missing Access' } as const

/** Posts take effect without an answer as often as they are repeated at once. */
function loseAnswers(): () => void {
  return t.discord.faults.order(
    /^POST \/channels\/\d+\/messages$/,
    { kind: 'cut', when: 'after' },
    Number.POSITIVE_INFINITY,
  )
}

const standing = () =>
  [...t.discord.world.messages.values()].filter(
    ({ author, deleted, ephemeralTo }) => author.bot && !deleted && ephemeralTo === undefined,
  )

async function ask(): Promise<void> {
  await t.scene.ada.types(t.scene.channel, '/imagine', { prompt: 'a red circle' })
  await t.passing(() => standing().length > 0)
}

it('a card that cannot be searched for is deleted in the end', async () => {
  const answer = loseAnswers()
  await ask()
  answer()
  // The next try may not look for it, and goes another way.
  t.discord.faults.order(/^GET \/channels\/\d+\/messages/, forbidden, 1)
  await t.calm(1000)
  const texts = standing().map(message => t.text(message))
  expect(standingAsUnderway(texts)).toEqual([])
  const withPictures = standing().filter(({ attachments }) => attachments.length > 0)
  expect(withPictures, texts.join('\n---\n')).toHaveLength(1)
})

it('a card whose repetition is refused is deleted in the end', async () => {
  const answer = loseAnswers()
  await ask()
  answer()
  t.discord.faults.order(/^GET \/channels\/\d+\/messages/, { kind: 'status', status: 503 }, 4)
  t.discord.faults.order(/^POST \/channels\/\d+\/messages$/, forbidden, 1)
  await t.calm(1000)
  expect(standingAsUnderway(standing().map(message => t.text(message)))).toEqual([])
})

it('what was posted without an answer goes with Delete', async () => {
  const answer = loseAnswers()
  await ask()
  answer()
  const [job] = t.test.jobsIn(
    { platform: 'discord', spaceId: t.scene.guild.id, channelId: t.scene.channel.id },
    10,
  )
  if (job === undefined) throw new Error('no job')
  await t.calm(1000)
  await t.test.easel.act({ kind: 'delete', jobId: job.id }, t.caller(t.scene.ada, t.scene.channel))
  await t.calm(1000)
  expect(standing()).toEqual([])
})
