/** The real discord.js client against the fake: what it believes is what the fake says. */
import { Client, Events, GatewayIntentBits, type Interaction, MessageFlags } from 'discord.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../fake-clock.ts'
import { realClock } from '../../real-clock.ts'
import { FakeDiscord } from '../fake-discord.ts'
import type { Channel } from '../world.ts'

let discord: FakeDiscord
let channel: Channel
let client: Client

beforeEach(async () => {
  discord = new FakeDiscord({ clock: new FakeClock(), realClock })
  await discord.start()
  channel = discord.channel('pictures', discord.guild('Painters'))
  client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: discord.apiUrl },
    // The client's own pace, one identify in five seconds, would only make the tests slow.
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
  })
})
afterEach(async () => {
  await client.destroy()
  await discord.stop()
})

async function logIn(): Promise<void> {
  const ready = new Promise(resolve => client.once(Events.ClientReady, resolve))
  await client.login(discord.token)
  await ready
}

async function register(): Promise<void> {
  await client.application?.commands.set([{ name: 'imagine', description: 'Paint a picture' }])
}

describe('discord.js on the fake', () => {
  it('logs in, knows its guilds and shows a presence', async () => {
    await logIn()
    expect(client.guilds.cache.map(guild => guild.name)).toEqual(['Painters'])
    expect(client.user?.username).toBe('easel')
    client.user?.setActivity('demo, 3 waiting')
    const shown = () => discord.gateway.presences.at(-1)?.activities[0]?.name
    await discord.until('the presence', () => shown() === 'demo, 3 waiting')
  })

  it('answers a command in two steps and opens a thread under a message', async () => {
    client.on(Events.InteractionCreate, (interaction: Interaction) => {
      if (!interaction.isChatInputCommand()) return
      void interaction
        .deferReply({ flags: MessageFlags.Ephemeral })
        .then(() => interaction.editReply('Queued.'))
    })
    await logIn()
    await register()
    const ada = discord.person('Ada')
    await ada.types(channel, '/imagine')
    await discord.until('an answer', () => discord.transcript(channel, ada).includes('Queued.'))

    const posts = await client.channels.fetch(channel.id)
    if (!posts?.isSendable()) throw new Error('not a channel')
    const card = await posts.send({ content: 'A card', allowedMentions: { parse: [] } })
    const thread = await card.startThread({ name: 'A thread' })
    await thread.send({ content: 'inside', allowedMentions: { parse: [] } })
    expect(discord.transcript(channel)).toContain('thread “A thread”')
    expect(discord.refused).toEqual([])
    expect(discord.world.pings).toEqual([])
  })

  it('refuses a wrong token and an intent that was not switched on', async () => {
    await expect(client.login('wrong.token')).rejects.toThrow(/token/i)
    const greedy = new Client({ intents: [GatewayIntentBits.MessageContent], rest: { api: discord.apiUrl } })
    const failure = new Promise<Error>(resolve => greedy.once(Events.ShardError, resolve))
    const closed = new Promise<{ code: number }>(resolve => greedy.once(Events.ShardDisconnect, resolve))
    void greedy.login(discord.token).catch(() => {})
    expect((await failure).message).toMatch(/intent/i)
    expect((await closed).code).toBe(4014)
    await greedy.destroy()
  })

  it.each<[string, (fake: FakeDiscord) => void]>([
    ['a pulled cable', fake => fake.gateway.drop()],
    ['close 4000', fake => fake.gateway.drop(4000)],
    ['close 4009', fake => fake.gateway.drop(4009)],
    ['op 7', fake => fake.gateway.askToReconnect()],
    ['op 9, resumable', fake => fake.gateway.invalidate(true)],
  ])('resumes after %s and hears what it missed, once', async (_, harm) => {
    const heard: string[] = []
    client.on(Events.InteractionCreate, interaction => heard.push(interaction.id))
    await logIn()
    await register()
    const ada = discord.person('Ada')
    harm(discord)
    const missed = await ada.types(channel, '/imagine')
    await discord.until('a resume', () => discord.gateway.resumes > 0)
    const next = await ada.types(channel, '/imagine')
    await new Promise(resolve => {
      if (heard.includes(next.id)) resolve(undefined)
      else
        client.on(Events.InteractionCreate, interaction => interaction.id === next.id && resolve(undefined))
    })
    expect(heard).toEqual([missed.id, next.id])
    expect(discord.gateway.identifies).toBe(1)
  })

  it('identifies anew when its session is gone', async () => {
    await logIn()
    const ready = new Promise(resolve => client.once(Events.ShardReady, resolve))
    discord.gateway.invalidate(false)
    await ready
    expect(discord.gateway.identifies).toBe(2)
  })

  it('waits out rate limits without one request too many', async () => {
    await logIn()
    const posts = await client.channels.fetch(channel.id)
    if (!posts?.isSendable()) throw new Error('not a channel')
    for (let i = 0; i < 12; i++) await posts.send({ content: String(i), allowedMentions: { parse: [] } })
    expect(discord.world.messagesIn(channel)).toHaveLength(12)
    expect(discord.limits.refused).toBe(0)
  })
})
