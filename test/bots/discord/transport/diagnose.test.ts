/** Doctor's questions to Discord: whose token it is, whether it works, and the links with the least permissions. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diagnose, inviteLink } from '../../../../src/bots/discord/transport/diagnose.ts'
import { FakeDiscord } from '../../../fakes/discord/fake-discord.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { realClock } from '../../../fakes/real-clock.ts'

let discord: FakeDiscord

beforeEach(async () => {
  discord = new FakeDiscord({ clock: new FakeClock(), realClock })
  await discord.start()
})
afterEach(() => discord.stop())

const config = (guildId = '') => ({ discord: { apiUrl: discord.apiUrl, guildId, spoilerGuilds: [] } })

it('knows whose token it is, and how to invite it', async () => {
  const met = await diagnose(discord.token, config())
  expect(met).toMatchObject({ kind: 'known', name: 'Easel', inviteUrl: inviteLink(discord.applicationId) })
  expect(met.kind === 'known' && met.inviteForOneselfUrl).toContain('integration_type=1')
})

it('asks for six permissions and no more', () => {
  const url = new URL(inviteLink('123'))
  expect(url.searchParams.get('scope')).toBe('bot applications.commands')
  // View Channel, Send Messages, Attach Files, Read Message History, Create Public Threads, Send Messages in Threads.
  const bits = [10n, 11n, 15n, 16n, 35n, 38n]
  const wanted = bits.reduce((all, bit) => all | (1n << bit), 0n)
  expect(url.searchParams.get('permissions')).toBe(wanted.toString())
})

it('tells a wrong token from a Discord that cannot be reached', async () => {
  expect(await diagnose('wrong.token', config())).toEqual({ kind: 'wrong-token' })
  const nowhere = { discord: { ...config().discord, apiUrl: 'http://127.0.0.1:1/api' } }
  expect(await diagnose(discord.token, nowhere)).toMatchObject({
    kind: 'unreachable',
    code: 'ECONNREFUSED',
  })
})

it('knows a trial server that it is in from one that it is not in', async () => {
  const ours = discord.guild('Painters')
  const theirs = discord.guild('Strangers', { botIsMember: false })
  expect(await diagnose(discord.token, config(ours.id))).toMatchObject({ kind: 'known' })
  expect(await diagnose(discord.token, config(theirs.id))).toMatchObject({ kind: 'not-in-guild' })
  expect(await diagnose(discord.token, config('123'))).toMatchObject({ kind: 'not-in-guild' })
})
