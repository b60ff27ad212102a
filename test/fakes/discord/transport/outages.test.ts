/** Trouble between a bot and the fake Discord: refusals of any kind, silence, closes for good, dead tokens. */
import { Client, Events, GatewayIntentBits } from 'discord.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../fake-clock.ts'
import { realClock } from '../../real-clock.ts'
import { askFake } from '../ask-fake.ts'
import { FakeDiscord } from '../fake-discord.ts'
import type { Channel } from '../world.ts'
import { fatalCloses } from './outages.ts'
import { everyRefusal } from './refusal.ts'

let discord: FakeDiscord
let channel: Channel
let client: Client

beforeEach(async () => {
  discord = new FakeDiscord({ clock: new FakeClock(), realClock, windowScale: 0 })
  await discord.start()
  channel = discord.channel('pictures', discord.guild('Painters'))
  client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: discord.apiUrl, retries: 0 },
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
  })
})
afterEach(async () => {
  await client.destroy()
  await discord.stop()
})

const post = (body: object = { content: 'c' }) =>
  askFake(discord, 'POST', `/channels/${channel.id}/messages`, body)

/** Posts, and gives up as soon as the fake has taken it. */
async function silently(content: string): Promise<void> {
  const before = discord.requests.length
  const timeout = new AbortController()
  const call = fetch(`${discord.apiUrl}/v10/channels/${channel.id}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bot ${discord.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content }),
    signal: timeout.signal,
  })
  await discord.until('the request', () => discord.requests[before]?.detail === 'no answer')
  timeout.abort()
  await expect(call).rejects.toThrow('aborted')
}

async function logIn(): Promise<void> {
  const ready = new Promise(resolve => client.once(Events.ClientReady, resolve))
  await client.login(discord.token)
  await ready
}

describe('any call to the fake Discord', () => {
  it('may be refused with any code', async () => {
    for (const { status, code } of everyRefusal)
      discord.faults.order(/messages$/, { kind: 'refusal', status, code })
    for (const { status, code } of everyRefusal) expect(await post()).toMatchObject({ status, code })
    expect(discord.world.messagesIn(channel)).toEqual([])
    expect((await post()).status).toBe(200)
  })

  it('may be met with silence, before it took effect or after', async () => {
    discord.faults.order(/messages$/, { kind: 'silence', when: 'before' })
    await silently('one')
    discord.faults.order(/messages$/, { kind: 'silence', when: 'after' })
    await silently('two')
    expect(discord.world.messagesIn(channel).map(each => each.content)).toEqual(['two'])
  })

  it('may go wrong by chance, and no more once that is over', async () => {
    discord.faults.choose = method => (method === 'POST' ? { kind: 'status', status: 500 } : undefined)
    expect((await post()).status).toBe(500)
    discord.faults.clear()
    expect((await post()).status).toBe(200)
  })
})

describe('the gateway of the fake Discord', () => {
  it.each(fatalCloses)('closes permanently with %i while running, and refuses later clients', async code => {
    await logIn()
    const closed = new Promise<number>(resolve =>
      client.once(Events.ShardDisconnect, event => resolve(event.code)),
    )
    const end = discord.outage({ kind: 'gateway-closed', code })
    expect(await closed).toBe(code)
    expect(discord.gateway.connected).toBe(false)
    end()
  })

  it('closes with 4004 when the token is reset, and knows the old one no more', async () => {
    await logIn()
    const closed = new Promise<number>(resolve =>
      client.once(Events.ShardDisconnect, event => resolve(event.code)),
    )
    discord.resetToken()
    expect(await closed).toBe(4004)
    await expect(client.rest.get('/users/@me')).rejects.toMatchObject({ status: 401 })
  })
})

describe('an outage of the fake Discord', () => {
  it('answers 401 for a while', async () => {
    const end = discord.outage({ kind: 'unauthorized' })
    expect((await post()).status).toBe(401)
    end()
    expect((await post()).status).toBe(200)
  })

  it('cuts what is open, takes nothing, and is over', async () => {
    await logIn()
    const end = discord.outage({ kind: 'cut' })
    await expect(post()).rejects.toThrow()
    expect(discord.gateway.connected).toBe(false)
    end()
    expect((await post()).status).toBe(200)
    await discord.until('the client is back', () => discord.gateway.resumes > 0)
  })

  it('leaves connections open and says nothing', async () => {
    await logIn()
    const end = discord.outage({ kind: 'silence' })
    await silently('one')
    expect(discord.gateway.connected).toBe(true)
    const beats = discord.gateway.heartbeats
    client.user?.setActivity('unheard')
    expect(discord.gateway.presences.at(-1)?.activities[0]?.name).not.toBe('unheard')
    expect(discord.gateway.heartbeats).toBe(beats)
    end()
  })
})
