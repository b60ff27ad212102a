/** Commands are written when they changed and only then, where the configuration says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/config.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import type { Command } from '../../../fakes/discord/limits/commands.ts'
import type { Guild } from '../../../fakes/discord/world.ts'
import { Asking, type AskingOptions } from '../asking.ts'

let asking: Asking

beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(() => asking.dispose())

const namesIn = (scope: string) => asking.discord.commands.of(scope).map(({ command }) => command.name)

/** The default configuration with commands in one guild. */
function trialIn(guildId: string): AskingOptions {
  const { discord } = asking
  return { config: { discord: { apiUrl: discord.apiUrl, guildId, spoilerGuilds: [] } } }
}

describe('registration', () => {
  it('writes everything once, for everywhere, and nothing at later starts', async () => {
    expect(namesIn('')).toContain('imagine')
    expect(asking.discord.commands.writes).toBe(1)
    await asking.restart()
    await asking.restart()
    expect(asking.discord.commands.writes).toBe(1)
    expect(asking.discord.refused).toEqual([])
  })

  it('writes again when a limit in an option changed', async () => {
    const { limits } = loadConfig(packageRoot, packageRoot)
    await asking.restart({ config: { limits: { ...limits, maxCount: 2 } } })
    expect(asking.discord.commands.writes).toBe(2)
    await asking.restart({ config: { limits: { ...limits, maxCount: 2 } } })
    expect(asking.discord.commands.writes).toBe(2)
  })

  it('registers in the trial guild alone, once, without what only global commands have', async () => {
    const { discord, guild } = asking
    discord.commands.replace('', [])
    const before = discord.commands.writes
    await asking.restart(trialIn(guild.id))
    await asking.restart(trialIn(guild.id))
    expect(discord.commands.writes).toBe(before + 1)
    expect(namesIn('')).toEqual([])
    expect(namesIn(guild.id)).toContain('imagine')
    expect(discord.commands.of(guild.id)[0]?.command).not.toHaveProperty('contexts')
  })

  it('exists once in every guild, after any earlier configuration', async () => {
    const { discord, guild } = asking
    const other = discord.guild('Sculptors')
    const offered = (where: Guild) =>
      discord.commands.visibleIn(where).filter(({ command }) => command.name === 'imagine').length
    const everywhere = [guild, other]
    await asking.restart(trialIn(guild.id))
    await asking.adapter.idle()
    expect(everywhere.map(offered)).toEqual([1, 0])
    await asking.restart(trialIn(other.id))
    await asking.adapter.idle()
    expect(everywhere.map(offered)).toEqual([0, 1])
    await asking.restart({})
    await asking.adapter.idle()
    expect(everywhere.map(offered)).toEqual([1, 1])
    expect(discord.refused).toEqual([])
  })

  it('takes copies away that an earlier version left, though nothing else changed', async () => {
    const { discord, guild } = asking
    discord.commands.replace(guild.id, discord.commands.of(''))
    await asking.restart({})
    await asking.adapter.idle()
    expect(namesIn(guild.id)).toEqual([])
    expect(namesIn('')).toContain('imagine')
  })

  it.each(['everywhere', 'in one guild'])(
    'leaves the command that launches the app’s Activity as it is, with commands %s',
    async place => {
      const { discord, guild } = asking
      // Discord creates it itself for an app with an Activity.
      const command: Command = { type: 4, name: 'launch', handler: 2, integration_types: [0], contexts: [0] }
      discord.commands.replace('', [{ id: '4', version: '4', command }])
      const options = place === 'everywhere' ? {} : trialIn(guild.id)
      await asking.restart(options)
      await asking.adapter.idle()
      const { writes } = discord.commands
      await asking.restart(options)
      await asking.adapter.idle()
      expect(discord.commands.writes).toBe(writes)
      expect(namesIn(place === 'everywhere' ? '' : guild.id)).toContain('imagine')
      expect(namesIn('').filter(name => ['launch', 'imagine'].includes(name))).toHaveLength(
        place === 'everywhere' ? 2 : 1,
      )
      expect(discord.commands.of('').map(one => one.command)).toContainEqual(expect.objectContaining(command))
      expect(discord.refused).toEqual([])
    },
  )

  it('goes on with what Discord has where it will not take more just now', async () => {
    const { discord, test } = asking
    const { limits } = loadConfig(packageRoot, packageRoot)
    discord.faults.order(/^PUT .*commands$/, { kind: 'status', status: 400 })
    await asking.restart({ config: { limits: { ...limits, maxCount: 2 } } })
    expect(test.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    await asking.types(asking.ada, asking.channel, '/help')
    expect(asking.told(asking.ada)).toHaveLength(1)
  })

  it.each([
    { kind: 'status', status: 503 },
    { kind: 'cut', when: 'before' },
  ] as const)('tries again while Discord gives no answer: %o', async mishap => {
    const { discord, test } = asking
    const { limits } = loadConfig(packageRoot, packageRoot)
    const cure = discord.faults.order(/^(GET|PUT) .*commands/, mishap, Number.POSITIVE_INFINITY)
    await asking.restart({ config: { limits: { ...limits, maxCount: 2 } } })
    expect(discord.commands.writes).toBe(1)
    cure()
    test.clock.advance(60_000)
    await asking.adapter.idle()
    expect(discord.commands.writes).toBe(2)
  })

  it('says in one line that the trial guild is none of ours', async () => {
    const stranger = asking.discord.guild('Strangers', { botIsMember: false })
    const start = asking.restart(trialIn(stranger.id))
    await expect(start).rejects.toMatchObject({
      code: 'config',
      details: { key: 'discord.guildId', problem: { what: 'not-in-guild', guildId: stranger.id } },
    })
  })
})
