/** The whole program when the chats cannot be reached: it ends when it is told to. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FakeDiscord } from '../fakes/discord/fake-discord.ts'
import { realClock } from '../fakes/real-clock.ts'
import { FakeSlack } from '../fakes/slack/fake-slack.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

/** Far above what a stop takes, far below what an answer that never comes would be waited for. */
const endTimeoutMs = 30_000

const discord = new FakeDiscord({ clock: realClock, realClock })
const slack = new FakeSlack(realClock)
let server: ServerProcess
let newServer: () => ServerProcess

beforeAll(async () => {
  await Promise.all([discord.start(), slack.start()])
  discord.channel('art', discord.guild('Painters'))
  const team = slack.addTeam('acme')
  const settings = [
    'logLevel: warn',
    'shutdownGraceMs: 0',
    `discord: { apiUrl: ${discord.apiUrl} }`,
    `slack: { apiUrl: ${slack.apiUrl} }`,
  ]
  newServer = () =>
    new ServerProcess(settings.join('\n'), {
      DISCORD_TOKEN: discord.token,
      SLACK_BOT_TOKEN: team.botToken,
      SLACK_APP_TOKEN: slack.appToken,
    })
  server = newServer()
  await server.start()
  await server.says(/^Discord: .*on/)
  await server.says(/^Slack: .*on/)
})
afterAll(async () => {
  await server.dispose()
  await Promise.all([discord.stop(), slack.stop()])
})

it('ends on SIGTERM though both chats swallow everything, with something to be said to each', {
  timeout: endTimeoutMs,
}, async () => {
  const [team] = slack.world.teams.values()
  if (team === undefined) throw new Error('there is no workspace')
  discord.outage({ kind: 'silence' })
  const bob = slack.addPerson(team, 'bob')
  const place = { channelId: slack.addChannel(team, 'art').id }
  slack.faults.failAlways('chat.postMessage', { kind: 'silence', when: 'before' })
  await bob.types('/imagine', 'a red circle', place)
  await slack.until(() => slack.api.calls.some(({ method }) => method === 'chat.postMessage'))
  // A worker inside a native call is a reason of its own to end by SIGKILL.
  await server.records("SELECT 1 FROM jobs WHERE state = 'done'")
  slack.outage()
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
})

it('ends on SIGTERM while it still connects to a chat that swallows everything', {
  timeout: endTimeoutMs,
}, async () => {
  discord.outage({ kind: 'silence' })
  const starting = newServer()
  starting.launch()
  await starting.says(/^Devices: /)
  expect(await starting.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
  await starting.dispose()
})
