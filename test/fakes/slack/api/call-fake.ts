/** Slack's own client for tests of the fake Slack itself, and the shape of its refusals. */
import { LogLevel, WebClient } from '@slack/web-api'
import { FakeClock } from '../../fake-clock.ts'
import { FakeSlack } from '../fake-slack.ts'
import type { Person } from '../person.ts'
import type { Channel, Team } from '../world.ts'

/** Refusals are what these tests are about. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

export function clientFor(slack: FakeSlack, token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  })
}

export interface Workspace {
  clock: FakeClock
  slack: FakeSlack
  team: Team
  /** An admin of the workspace. */
  ada: Person
  bob: Person
  channel: Channel
  client: WebClient
}

/** A running fake Slack with one workspace, two people and one channel in it. */
export async function startWorkspace(): Promise<Workspace> {
  const clock = new FakeClock()
  const slack = new FakeSlack(clock)
  await slack.start()
  const team = slack.addTeam('acme')
  const ada = slack.addPerson(team, 'ada', { admin: true })
  const bob = slack.addPerson(team, 'bob')
  const channel = slack.addChannel(team, 'art')
  return { clock, slack, team, ada, bob, channel, client: clientFor(slack, team.botToken) }
}

/** Slack's code, or 'ok'. */
export const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { data?: { error?: string }; message: string }) => error.data?.error ?? error.message,
  )

/** All three calls; the id of the file. */
export async function upload(
  slack: FakeSlack,
  client: WebClient,
  channelId?: string,
  threadTs?: string,
): Promise<string> {
  const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
    filename: 'a.png',
    length: 3,
    alt_text: 'a dot',
  })
  const sent = await fetch(url, { method: 'POST', body: new Uint8Array([1, 2, 3]) })
  if (sent.status !== 200) throw new Error(`${slack.baseUrl} refused the bytes`)
  await client.apiCall('files.completeUploadExternal', {
    files: [{ id, title: 'A dot' }],
    channel_id: channelId,
    thread_ts: threadTs,
  })
  return id
}
