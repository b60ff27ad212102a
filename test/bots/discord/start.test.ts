/** A token that is wrong or lacks an intent is one clear sentence at start. */
import { afterEach, expect, it } from 'vitest'
import type { AdapterStatus } from '../../../src/bots/adapter.ts'
import { DiscordAdapter } from '../../../src/bots/discord/discord-adapter.ts'
import { discordAdapter } from '../../../src/bots/discord/index.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { FakeDiscord, type FakeDiscordOptions } from '../../fakes/discord/fake-discord.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { TestEasel } from '../../helpers/build-test-easel.ts'

let discord: FakeDiscord
let test: TestEasel
afterEach(async () => {
  await discord.stop()
  await test.dispose()
})

async function adapterParts(options: Partial<FakeDiscordOptions> = {}) {
  test = new TestEasel({ couriers: [] })
  const { easel, clock, ids, log } = test
  discord = new FakeDiscord({ clock, realClock, ...options })
  await discord.start()
  discord.guild('Painters')
  const defaults = loadConfig(packageRoot, packageRoot)
  const config = { ...defaults, discord: { ...defaults.discord, apiUrl: discord.apiUrl } }
  return { easel, clock, ids, config, log, secrets: {} }
}

it('says that a token is wrong', async () => {
  const adapter = new DiscordAdapter(await adapterParts(), 'wrong.token.entirely')
  await expect(adapter.start()).rejects.toMatchObject({
    code: 'platform-refused',
    details: { platform: 'Discord', problem: { what: 'token', variable: 'DISCORD_TOKEN' } },
  })
})

it('says that the bot lacks an intent', async () => {
  const adapter = new DiscordAdapter(await adapterParts({ disallowedIntents: 1 }), discord.token)
  await expect(adapter.start()).rejects.toMatchObject({
    code: 'platform-refused',
    details: { problem: { what: 'intent' } },
  })
})

it('tries a Discord that cannot be reached until it can', async () => {
  const parts = await adapterParts()
  discord.faults.order(/gateway\/bot/, { kind: 'status', status: 503 }, 4)
  const adapter = new DiscordAdapter(parts, discord.token)
  const statuses: AdapterStatus[] = []
  await adapter.start(status => statuses.push(status))
  expect(discord.gateway.connected).toBe(false)
  expect(statuses).toEqual([{ kind: 'connecting' }])
  parts.clock.advance(10_000)
  const shown = () => discord.gateway.presences.at(-1)?.activities ?? []
  await discord.until('a presence', () => shown().length > 0)
  expect(statuses.at(-1)).toEqual({ kind: 'on' })
  expect(parts.log.faults.map(({ message }) => message)).toContain('Discord cannot be reached; trying again')
  await adapter.stop()
})

it('tries again where Discord fails in the middle of the login', async () => {
  const parts = await adapterParts()
  let asked = 0
  discord.faults.choose = (_method, path) => {
    if (!path.endsWith('/gateway/bot')) return undefined
    asked += 1
    return asked > 1 && asked < 6 ? { kind: 'status', status: 503 } : undefined
  }
  const adapter = new DiscordAdapter(parts, discord.token)
  const statuses: AdapterStatus[] = []
  await adapter.start(status => statuses.push(status))
  expect(statuses).toEqual([{ kind: 'connecting' }])
  parts.clock.advance(10_000)
  await test.until(() => statuses.at(-1)?.kind === 'on')
  await adapter.stop()
})

it('can be stopped while it begins', async () => {
  const adapter = new DiscordAdapter(await adapterParts(), discord.token)
  const begun = adapter.start()
  await discord.until('a login', () => discord.gateway.identifies > 0)
  await Promise.all([adapter.stop(), begun])
  expect(discord.gateway.connected).toBe(false)
})

it('is off without a token, and says so', async () => {
  const { config } = await adapterParts()
  expect(discordAdapter.setup({ config, secrets: {} })).toEqual({ kind: 'off', missing: ['DISCORD_TOKEN'] })
  expect(discordAdapter.setup({ config, secrets: { discordToken: 't' } })).toEqual({ kind: 'ready' })
})
