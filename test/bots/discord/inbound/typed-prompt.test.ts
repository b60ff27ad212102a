/** A prompt holds what its author saw, and no ids. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Asking } from '../asking.ts'

let asking: Asking
beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(() => asking.dispose())

async function painted(prompt: string): Promise<string | undefined> {
  await asking.types(asking.ada, asking.channel, '/imagine', { prompt })
  return asking.jobs().at(-1)?.promptAsTyped
}

it('custom emoji, people, channels, commands and roles are there by their names, and times as times', async () => {
  const { guild, channel, bob } = asking
  guild.roles.push({ id: '900000000000000001', name: 'Painters (VIP)' })
  await asking.restart()
  expect(await painted(`<a:pepe_laugh:123456789012345678> with <@${bob.user.id}>`)).toBe(
    'pepe laugh with @Bob',
  )
  expect(await painted(`the mood of <#${channel.id}>`)).toBe('the mood of #pictures')
  expect(await painted('a sign saying </imagine:123456789012345678>')).toBe('a sign saying /imagine')
  expect(await painted('the sky of <t:1767614400:R>')).toBe('the sky of 2026-01-05 12:00 UTC')
  expect(await painted('a portrait of <@&900000000000000001>')).toBe('a portrait of @Painters VIP')
})

it('a channel that the author may not see keeps its name to itself', async () => {
  const { discord, guild } = asking
  const secret = discord.channel('layoffs', guild)
  discord.world.overwrite(secret, 'everyone', { deny: ['ViewChannel'] })
  await asking.restart()
  expect(await painted(`the mood of <#${secret.id}>`)).toBe(`the mood of <#${secret.id}>`)
})
