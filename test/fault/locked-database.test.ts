/** Another program holds the lock of the database for a while: people are answered in time, and what they asked is kept. */
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { DiscordTest } from '../bots/discord/start-discord.ts'
import { SlackTest } from '../bots/slack/start-slack.ts'
import type { Interaction } from '../fakes/discord/interactions.ts'
import type { Delivered } from '../fakes/slack/transport/transport.ts'
import { atCpuTime } from '../helpers/measurements/cpu-time-clock.ts'

/** Both platforms give up on an answer after that. */
const answerMs = 3000

let t: DiscordTest | SlackTest
let other: Sqlite.Database
afterEach(async () => {
  other.close()
  await t.dispose()
})

function lock(): void {
  other = new Sqlite(join(t.test.dataDir, 'easel.sqlite'))
  other.exec('BEGIN IMMEDIATE')
}

test('Discord: a command is answered within 3 s, and painted when the lock is free', async () => {
  const discord = await DiscordTest.start()
  t = discord
  lock()
  const { ada, channel } = discord.scene
  const caller = discord.caller(ada, channel)
  let interaction: Interaction | undefined
  void ada.types(channel, '/imagine', { prompt: 'a red circle' }).then(sent => {
    interaction = sent
  })
  await atCpuTime(() => interaction?.answer !== undefined, { clock: discord.clock })
  expect(interaction?.answeredAfterMs).toBeLessThan(answerMs)
  expect(t.test.queue()).toEqual([])
  other.exec('ROLLBACK')
  await discord.calm()
  expect(discord.thread().name).toBeDefined()
  expect(t.test.jobsIn(caller.conversation, 10)).toMatchObject([{ state: 'done' }])
})

test('Slack: a command is answered within 3 s, and painted when the lock is free', async () => {
  const slack = await SlackTest.start()
  t = slack
  lock()
  const { ada, channel } = slack.scene
  let delivered: Delivered | undefined
  void ada.types('/imagine', 'a red circle', { channelId: channel.id }).then(answer => {
    delivered = answer
  })
  await atCpuTime(() => delivered !== undefined, { clock: slack.clock })
  expect(delivered).toMatchObject({ kind: 'acked' })
  expect(delivered?.kind === 'acked' && delivered.afterMs).toBeLessThan(answerMs)
  expect(t.test.queue()).toEqual([])
  other.exec('ROLLBACK')
  await slack.calm()
  const [card, ...more] = slack.cards()
  expect(more).toEqual([])
  expect(card && slack.thread(card)).toHaveLength(1)
})
