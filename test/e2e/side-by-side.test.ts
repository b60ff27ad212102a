/** Slack and Discord in one process, on one queue: nobody waits longer for being on the other platform. */
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DiscordAdapter } from '../../src/bots/discord/discord-adapter.ts'
import { SlackAdapter } from '../../src/bots/slack/slack-adapter.ts'
import { loadConfig } from '../../src/config/config.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { choices, scene as discordScene } from '../bots/discord/start-discord.ts'
import { memoryStorage, scene as slackScene, slackSecrets } from '../bots/slack/start-slack.ts'
import { FakeDiscord } from '../fakes/discord/fake-discord.ts'
import type { Message } from '../fakes/discord/world.ts'
import { realClock } from '../fakes/real-clock.ts'
import { FakeSlack } from '../fakes/slack/fake-slack.ts'
import type { Post } from '../fakes/slack/world.ts'
import { TestEasel } from '../helpers/build-test-easel.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Both adapters over one Easel whose one device paints when the test says so. */
async function sideBySide() {
  const test = new TestEasel({ couriers: [] })
  test.workers.mode = 'by-hand'
  ends.push(() => test.dispose())
  const slack = await slackScene(test.clock)
  ends.push(() => slack.slack.stop())
  const discord = await discordScene(test.clock)
  ends.push(() => discord.discord.stop())
  slack.slack.faults.acceptsUnsharedFiles = true
  const defaults = loadConfig(packageRoot, test.dataDir)
  const config = {
    ...defaults,
    slack: { ...defaults.slack, apiUrl: slack.slack.apiUrl },
    discord: { ...defaults.discord, apiUrl: discord.discord.apiUrl },
  }
  const { token } = discord.discord
  const secrets = { ...slackSecrets(slack), discordToken: token }
  const parts = { easel: test.easel, clock: test.clock, ids: test.ids, log: test.log, config, secrets }
  const adapters = [new SlackAdapter(parts, memoryStorage()), new DiscordAdapter(parts, token, choices)]
  for (const adapter of adapters) test.built.register(adapter.courier)
  await test.start()
  for (const adapter of adapters) {
    await adapter.start()
    ends.push(() => adapter.stop())
  }
  return { test, slack, discord }
}

type Stage = Awaited<ReturnType<typeof sideBySide>>

/** Paints everything that waits, one by one; the prompts in the order in which they were served. */
async function serveAll({ test }: Stage, count: number): Promise<string[]> {
  const served: string[] = []
  while (served.length < count) {
    await test.until(() => test.workers.underway.length > 0)
    const run = test.workers.current
    served.push(run.order.kind === 'upscale' ? '' : run.order.prompt.positive)
    run.finish()
    await test.until(() => run !== test.workers.underway[0])
  }
  return served
}

/** Lets both of the clocks go on until everything is shown. */
async function shown({ test }: Stage): Promise<void> {
  while (test.built.db.outbox.pending().length > 0) {
    await new Promise<void>(resolve => realClock.after(2, resolve))
    test.clock.advance(100)
  }
  await test.built.delivered()
}

const pictureIn = (post: Post) => post.blocks.some(block => block.type === 'image')

describe('one queue for Slack and Discord', () => {
  it('serves six people of both in turns, however much each has asked for', async () => {
    const stage = await sideBySide()
    const { slack, discord, test } = stage
    const slackPeople = [slack.ada, slack.bob, slack.eve]
    const discordPeople = [discord.ada, discord.bob, discord.eve]
    // The first to come fills the queue before anybody else has said a word.
    for (let i = 0; i < 12; i++) await slack.ada.types('/imagine', 'slack 0', { channelId: slack.channel.id })
    for (let round = 0; round < 6; round++) {
      for (const [i, person] of slackPeople.entries())
        if (i > 0) await person.types('/imagine', `slack ${i}`, { channelId: slack.channel.id })
      for (const [i, person] of discordPeople.entries()) {
        const asked = await person.types(discord.channel, '/imagine', { prompt: `discord ${i}` })
        await discord.discord.until('a first answer', () => asked.answer !== undefined)
      }
    }
    await test.until(() => test.queue().length === 12 + 6 * 5)
    const served = await serveAll(stage, 42)
    const people = ['slack 0', 'slack 1', 'slack 2', 'discord 0', 'discord 1', 'discord 2']
    // What was begun when the queue was still empty is nobody's turn.
    const turns = served.slice(1)
    for (let at = 0; at + 6 <= 36; at++)
      expect(turns.slice(at, at + 6).sort(), `turns from ${at}`).toEqual([...people].sort())
    await shown(stage)
    expect(test.log.faults.filter(line => line.level === 'error')).toEqual([])
  })

  it('shows each result on its own platform alone', async () => {
    const stage = await sideBySide()
    const { slack, discord } = stage
    await slack.ada.types('/imagine', 'a picture for Slack', { channelId: slack.channel.id })
    const asked = await discord.ada.types(discord.channel, '/imagine', { prompt: 'a picture for Discord' })
    await discord.discord.until('a first answer', () => asked.answer !== undefined)
    await stage.test.until(() => stage.test.queue().length === 2)
    await serveAll(stage, 2)
    await shown(stage)
    const onSlack = slack.slack.transcript()
    const onDiscord = discord.discord.transcript(discord.channel)
    expect(onSlack).toContain('a picture for Slack')
    expect(onSlack).not.toContain('a picture for Discord')
    expect(onDiscord).toContain('a picture for Discord')
    expect(onDiscord).not.toContain('a picture for Slack')
    expect(slack.slack.world.posts.filter(pictureIn)).toHaveLength(1)
    expect(discord.discord.world.messages.size).toBeGreaterThan(1)
  })
})

describe('one process for Slack and Discord, with the real model', () => {
  it('paints for both, in turns', async () => {
    const slack = new FakeSlack(realClock)
    await slack.start()
    ends.push(() => slack.stop())
    slack.faults.acceptsUnsharedFiles = true
    const team = slack.addTeam('acme')
    const ada = slack.addPerson(team, 'Ada')
    const room = slack.addChannel(team, 'art')
    const discord = new FakeDiscord({ clock: realClock, realClock })
    await discord.start()
    ends.push(() => discord.stop())
    const pictures = discord.channel('pictures', discord.guild('Painters'))
    const bob = discord.person('Bob')

    const server = new ServerProcess(
      `logLevel: error\nslack:\n  apiUrl: ${slack.apiUrl}\ndiscord:\n  apiUrl: ${discord.apiUrl}`,
      { SLACK_BOT_TOKEN: team.botToken, SLACK_APP_TOKEN: slack.appToken, DISCORD_TOKEN: discord.token },
    )
    ends.push(() => server.dispose())
    await server.start()
    await server.says(/^Slack: on/)
    await server.says(/^Discord: on/)

    for (let i = 0; i < 4; i++)
      await ada.types('/imagine', `a red circle --steps 150 --seed ${i}`, { channelId: room.id })
    await bob.types(pictures, '/imagine', { prompt: 'a blue square', seed: 1 })
    const isResult = (message: Message) => discord.seen(message).includes('Delete')
    await discord.until('a picture for Bob', () => [...discord.world.messages.values()].some(isResult))
    await slack.until(() => slack.world.posts.filter(pictureIn).length === 4)

    const db = new Sqlite(join(server.dataDir, 'easel.sqlite'), { readonly: true })
    ends.push(async () => void db.close())
    const rows = z.array(z.object({ platform: z.string() }))
    const order = rows.parse(db.prepare('select platform from jobs order by started_at').all())
    expect(order.map(row => row.platform).indexOf('discord')).toBeLessThan(3)
  })
})
