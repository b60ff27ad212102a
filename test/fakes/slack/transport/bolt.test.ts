/** The real Bolt against the fake: both transports, nothing of Bolt replaced. */
import { Server } from 'node:http'
import { App, LogLevel } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../fake-clock.ts'
import { FakeSlack } from '../fake-slack.ts'
import type { Person } from '../person.ts'
import type { Channel, Team } from '../world.ts'

let slack: FakeSlack
let team: Team
let ada: Person
let channel: Channel
let stop: () => Promise<unknown> = () => Promise.resolve()

beforeEach(async () => {
  slack = new FakeSlack(new FakeClock(Date.now()))
  await slack.start()
  team = slack.addTeam('acme')
  ada = slack.addPerson(team, 'ada')
  channel = slack.addChannel(team, 'art')
})
afterEach(async () => {
  await stop()
  await slack.stop()
})

function listen(app: App): void {
  app.command('/echo', async ({ ack, command }) => {
    await ack({ response_type: 'ephemeral', text: `echo ${command.text}` })
  })
  app.action('again', async ({ ack, respond }) => {
    await ack()
    await respond({ text: 'pressed', replace_original: false, response_type: 'ephemeral' })
  })
  app.event('app_mention', async ({ event, say }) => {
    await say({ text: 'yes?', thread_ts: event.ts })
  })
  app.view('form', async ({ ack, view }) => {
    const name = view.state.values.name?.name?.value ?? ''
    await ack(name === 'ok' ? undefined : { response_action: 'errors', errors: { name: 'say ok' } })
  })
}

async function startSocketMode(): Promise<void> {
  const app = new App({
    token: team.botToken,
    appToken: slack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logLevel: LogLevel.ERROR,
  })
  listen(app)
  stop = () => app.stop()
  await app.start()
}

async function startHttp(): Promise<void> {
  const app = new App({
    token: team.botToken,
    signingSecret: slack.signingSecret,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logLevel: LogLevel.ERROR,
  })
  listen(app)
  stop = () => app.stop()
  const server: unknown = await app.start(0)
  const address = server instanceof Server ? server.address() : null
  if (address === null || typeof address === 'string') throw new Error('no port')
  slack.useHttp(`http://127.0.0.1:${address.port}/slack/events`)
}

describe.each([
  ['Socket Mode', startSocketMode],
  ['HTTP', startHttp],
])('Bolt over %s', (_name, start) => {
  beforeEach(start)

  it('answers a command, a press and a mention', async () => {
    const delivered = await ada.types('/echo', 'hello', { channelId: channel.id })
    expect(delivered).toMatchObject({ kind: 'acked' })
    expect(slack.ephemeralMessages(ada)).toMatchObject([{ text: 'echo hello' }])

    const asked = ada.writes('a question', { channelId: channel.id })
    await ada.mentions('hi', { channelId: channel.id })
    await expect
      .poll(() => slack.posts(channel.id, slack.posts(channel.id).at(-1)?.ts))
      .toMatchObject([{ text: 'yes?' }])

    await ada.pressesRaw(asked, { action_id: 'again' })
    await expect.poll(() => slack.ephemeralMessages(ada).at(-1)?.text).toBe('pressed')
  })

  it('submits a modal and shows what is wrong with it', async () => {
    await openForm()
    expect(await ada.submits(ada.modal, { Name: 'no' })).toEqual({
      kind: 'errors',
      errors: { name: 'say ok' },
    })
    expect(await ada.submits(ada.modal, { Name: 'ok' })).toEqual({ kind: 'closed' })
    expect(ada.seesModal).toBe(false)
  })
})

/** Opens the form directly at the fake. */
async function openForm(): Promise<void> {
  const answer = await fetch(`${slack.apiUrl}views.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${team.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      trigger_id: slack.interactions.trigger(ada.member),
      view: {
        type: 'modal',
        callback_id: 'form',
        title: { type: 'plain_text', text: 'Form' },
        submit: { type: 'plain_text', text: 'Go' },
        blocks: [
          {
            type: 'input',
            block_id: 'name',
            label: { type: 'plain_text', text: 'Name' },
            element: { type: 'plain_text_input', action_id: 'name' },
          },
        ],
      },
    }),
  })
  expect(await answer.json()).toMatchObject({ ok: true })
}
