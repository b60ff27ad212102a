import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../fake-clock.ts'
import { askFake, startGuild } from './ask-fake.ts'
import type { FakeDiscord } from './fake-discord.ts'
import type { Person } from './people.ts'
import type { Channel } from './world.ts'

let clock: FakeClock
let discord: FakeDiscord
let channel: Channel
let ada: Person

beforeEach(async () => {
  ;({ clock, discord, channel, ada } = await startGuild())
})
afterEach(() => discord.stop())

const ask = (method: string, path: string, body?: object) => askFake(discord, method, path, body)
const post = (to: Channel, body: object) => ask('POST', `/channels/${to.id}/messages`, body)

describe('interactions on the fake Discord', () => {
  const register = (more: object = {}) =>
    fetch(`${discord.apiUrl}/v10/applications/${discord.applicationId}/commands`, {
      method: 'PUT',
      headers: { Authorization: `Bot ${discord.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify([{ name: 'imagine', description: 'Paint', ...more }]),
    })
  const callback = (i: { id: string; token: string }, body: object) =>
    ask('POST', `/interactions/${i.id}/${i.token}/callback`, body)
  const webhook = (i: { token: string }, method: string, path: string, body?: object) =>
    ask(method, `/webhooks/${discord.applicationId}/${i.token}${path}`, body)
  const defer = { type: 5, data: { flags: 64 } }

  beforeEach(() => register())

  it('are answered once, within 3 s', async () => {
    const asked = await ada.types(channel, '/imagine')
    clock.advance(3000)
    expect((await callback(asked, defer)).status).toBe(204)
    expect((await callback(asked, defer)).code).toBe(40060)
    const late = await ada.types(channel, '/imagine')
    clock.advance(3001)
    expect(discord.interactions.failed(late)).toBe(true)
    expect((await callback(late, defer)).code).toBe(10062)
  })

  it('have a token that works after the first answer, for 15 min', async () => {
    const asked = await ada.types(channel, '/imagine')
    expect((await webhook(asked, 'PATCH', '/messages/@original', { content: 'c' })).code).toBe(10015)
    await callback(asked, defer)
    expect((await webhook(asked, 'PATCH', '/messages/@original', { content: 'mine' })).status).toBe(200)
    clock.advance(15 * 60_000 + 1)
    const late = await webhook(asked, 'PATCH', '/messages/@original', { content: 'c' })
    expect([late.status, late.code]).toEqual([401, 50027])
  })

  it('keep an ephemeral answer from everybody else, the bot token included', async () => {
    const asked = await ada.types(channel, '/imagine')
    await callback(asked, defer)
    const shown = await webhook(asked, 'PATCH', '/messages/@original', { content: 'for you' })
    expect(discord.transcript(channel)).toBe('#pictures')
    expect(discord.transcript(channel, ada)).toContain('only Ada sees this')
    expect((await ask('PATCH', `/channels/${channel.id}/messages/${shown.id}`, { content: 'c' })).code).toBe(
      10008,
    )
  })

  it('take only answers that fit: no update of a command, no form after a form', async () => {
    const command = await ada.types(channel, '/imagine')
    expect((await callback(command, { type: 6 })).code).toBe(50035)
    const component = {
      content: 'c',
      components: [{ type: 1, components: [{ type: 2, style: 2, label: 'Go', custom_id: 'go' }] }],
    }
    const posted = await post(channel, component)
    const message = discord.world.messages.get(posted.id)
    if (!message) throw new Error('no message')
    const form = {
      type: 9,
      data: {
        custom_id: 'f',
        title: 't',
        components: [{ type: 18, label: 'Prompt', component: { type: 4, custom_id: 'p', style: 1 } }],
      },
    }
    const press = ada.presses(message, 'Go')
    expect((await callback(press, form)).status).toBe(204)
    const submit = await ada.submits(press, { Prompt: 'a cat' })
    expect((await callback(submit, form)).code).toBe(50035)
    expect((await callback(submit, { type: 6 })).status).toBe(204)
  })

  it('tell which option of a select was chosen', async () => {
    const options = ['one', 'two'].map(name => ({ label: name, value: `v-${name}` }))
    const select = { type: 3, custom_id: 'pick', options }
    const { id } = await post(channel, { content: 'c', components: [{ type: 1, components: [select] }] })
    const message = discord.world.messages.get(id)
    if (!message) throw new Error('no message')
    const chosen = ada.chooses(message, 'two')
    expect(chosen.event).toMatchObject({ type: 3, data: { component_type: 3, values: ['v-two'] } })
    expect((await callback(chosen, { type: 6 })).status).toBe(204)
    expect(() => ada.chooses(message, 'three')).toThrow('No option')
  })

  it('allow five follow-ups where only the person installed the app', async () => {
    const far = discord.channel('far', discord.guild('Strangers', { botIsMember: false }))
    await register({ integration_types: [0, 1] })
    const asked = await ada.types(far, '/imagine')
    await callback(asked, { type: 4, data: { content: 'c' } })
    for (let i = 0; i < 5; i++) expect((await webhook(asked, 'POST', '', { content: 'c' })).status).toBe(200)
    expect((await webhook(asked, 'POST', '', { content: 'c' })).code).toBe(50013)
  })

  it('become the deferred answer with the first follow-up, seen by whom the deferral said', async () => {
    const asked = await ada.types(channel, '/imagine')
    await callback(asked, defer)
    const first = await webhook(asked, 'POST', '', { content: 'for all to see' })
    expect(asked.original?.id).toBe(first.id)
    expect(discord.transcript(channel)).toBe('#pictures')
    expect(discord.transcript(channel, ada)).toContain('for all to see')
    await webhook(asked, 'POST', '', { content: 'the second' })
    expect(discord.transcript(channel)).toContain('the second')

    const open = await ada.types(channel, '/imagine')
    await callback(open, { type: 5 })
    await webhook(open, 'POST', '', { content: 'not for me alone', flags: 64 })
    expect(discord.transcript(channel)).toContain('not for me alone')
  })

  it('make a message of their own with a follow-up once the deferred answer is taken back or filled', async () => {
    const takenBack = await ada.types(channel, '/imagine')
    await callback(takenBack, defer)
    await webhook(takenBack, 'DELETE', '/messages/@original')
    await webhook(takenBack, 'POST', '', { content: 'public now' })
    expect(discord.transcript(channel)).toContain('public now')
    const filled = await ada.types(channel, '/imagine')
    await callback(filled, defer)
    const original = await webhook(filled, 'PATCH', '/messages/@original', { content: 'filled' })
    expect((await webhook(filled, 'POST', '', { content: 'beside it' })).id).not.toBe(original.id)
  })
})
