/** How the adapter begins: with tokens that are missing, wrong or right, and with a Slack that cannot be reached. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AdapterStatus, Finding } from '../../../src/bots/adapter.ts'
import { slackAdapter } from '../../../src/bots/slack/index.ts'
import { Installations } from '../../../src/bots/slack/transport/installations.ts'
import { noBotToken } from '../../../src/bots/slack/transport/workspaces.ts'
import type { Secrets } from '../../../src/config/secrets.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { TestEasel } from '../../helpers/build-test-easel.ts'
import { memoryStorage, type Scene, scene, slackConfig, slackSecrets } from './start-slack.ts'

let test: TestEasel
let stage: Scene
beforeEach(async () => {
  test = new TestEasel({ couriers: [] })
  stage = await scene(test.clock)
  await test.start()
})
afterEach(async () => {
  await test.dispose()
  await stage.slack.stop()
})

function settings(secrets: Partial<Secrets>, slack: Parameters<typeof slackConfig>[1] = {}) {
  return { config: slackConfig(stage.slack, slack), secrets }
}

function setup(secrets: Partial<Secrets>, slack?: Parameters<typeof slackConfig>[1]) {
  return slackAdapter.setup(settings(secrets, slack))
}

function started(
  secrets: Partial<Secrets>,
  slack?: Parameters<typeof slackConfig>[1],
  storage = memoryStorage(),
) {
  const { easel, clock, ids, log } = test
  return slackAdapter.create({ easel, clock, ids, log, ...settings(secrets, slack) }, storage)
}

function diagnosis(secrets: Partial<Secrets>, slack?: Parameters<typeof slackConfig>[1]) {
  return slackAdapter.diagnose({ ...settings(secrets, slack), words: en, isRunning: false })
}

/** What docs/slack.md asks for where several workspaces install the app. */
const oauth = {
  slackAppToken: 'xapp',
  slackClientId: '1.2',
  slackClientSecret: 'secret',
  slackStateSecret: 'state',
  encryptionKey: Buffer.alloc(32, 1).toString('base64'),
}

describe('without what it needs', () => {
  it.each([
    [{}, {}, { kind: 'off', missing: ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] }],
    [{ encryptionKey: 'k' }, {}, { kind: 'off', missing: ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] }],
    [{ slackBotToken: 'xoxb' }, {}, { kind: 'incomplete', missing: ['SLACK_APP_TOKEN'] }],
    [
      { slackBotToken: 'xoxb', slackAppToken: 'xapp' },
      { transport: 'http' },
      { kind: 'incomplete', missing: ['SLACK_SIGNING_SECRET'] },
    ],
    [{ slackBotToken: 'xoxb', slackAppToken: 'xapp' }, {}, { kind: 'ready' }],
  ] as const)('it says whether it is wanted, and what is missing: %j', (secrets, slack, expected) => {
    expect(setup(secrets, slack)).toEqual(expected)
  })

  it.each([
    [{ slackBotToken: 'xoxb-of-somebody-else' }, 'SLACK_BOT_TOKEN'],
    [{ slackAppToken: 'xapp-of-somebody-else' }, 'Socket Mode'],
  ])('it does not begin with a token that Slack refuses: %j', async (wrong, subject) => {
    const adapter = await started({ ...slackSecrets(stage), ...wrong })
    await expect(adapter.start()).rejects.toMatchObject({
      code: 'platform-refused',
      details: { problem: { what: 'error', subject, code: 'invalid_auth' } },
    })
    await adapter.stop()
  })

  it.each([
    ['slackClientId', 'SLACK_CLIENT_ID'],
    ['slackClientSecret', 'SLACK_CLIENT_SECRET'],
    ['slackStateSecret', 'SLACK_STATE_SECRET'],
    ['encryptionKey', 'EASEL_ENCRYPTION_KEY'],
  ])('OAuth names what is missing: %s', (name, variable) => {
    expect(setup(oauth)).toEqual({ kind: 'ready' })
    expect(setup({ ...oauth, [name]: undefined })).toEqual({ kind: 'incomplete', missing: [variable] })
  })

  it('OAuth names a key that cannot be one', () => {
    expect(setup({ ...oauth, encryptionKey: 'too short' })).toMatchObject({
      kind: 'wrong',
      fault: { code: 'config', details: { key: 'EASEL_ENCRYPTION_KEY' } },
    })
  })
})

describe('what doctor says of Slack', () => {
  const states = (findings: readonly Finding[]) => findings.map(({ state }) => state)

  it('is whose tokens they are, and that all scopes are granted', async () => {
    const findings = await diagnosis(slackSecrets(stage))
    expect(states(findings)).toEqual(['fine', 'fine', 'fine'])
    expect(findings[0]?.detail).toContain('SLACK_BOT_TOKEN is that of @')
  })

  it('is which scopes are missing, as the start says too', async () => {
    stage.team.scopes.delete('files:write')
    const findings = await diagnosis(slackSecrets(stage))
    expect(findings[1]).toEqual({ state: 'wrong', detail: en.slack.operator.scopesMissing(['files:write']) })
    const adapter = await started(slackSecrets(stage))
    const statuses: AdapterStatus[] = []
    await adapter.start(status => statuses.push(status))
    expect(statuses).toEqual([
      { kind: 'on' },
      { kind: 'warning', sentence: en.slack.operator.scopesMissing(['files:write']) },
    ])
    await adapter.stop()
  })

  it.each([
    [{ slackBotToken: 'xoxb-of-somebody-else' }, 0, 'Slack refuses SLACK_BOT_TOKEN: invalid_auth'],
    [{ slackAppToken: 'xapp-of-somebody-else' }, -1, 'Slack refuses SLACK_APP_TOKEN: invalid_auth'],
  ])('is which token is refused: %j', async (wrong, at, detail) => {
    const findings = await diagnosis({ ...slackSecrets(stage), ...wrong })
    expect(findings.at(at)).toEqual({ state: 'wrong', detail })
  })

  it('is that the tokens belong to two apps, as the start says too', async () => {
    const slackAppToken = 'xapp-1-A00000002-fake'
    stage.slack.appToken = slackAppToken
    const findings = await diagnosis({ ...slackSecrets(stage), slackAppToken })
    expect(findings[2]).toEqual({ state: 'wrong', detail: en.slack.operator.twoApps })
    const adapter = await started({ ...slackSecrets(stage), slackAppToken })
    const statuses: AdapterStatus[] = []
    await adapter.start(status => statuses.push(status))
    expect(statuses).toEqual([{ kind: 'on' }, { kind: 'warning', sentence: en.slack.operator.twoApps }])
    await adapter.stop()
  })

  it('is that a token is not a bot’s, as the start says too', async () => {
    const slackBotToken = 'xoxp-of-ada'
    stage.ada.member.userToken = slackBotToken
    const [finding] = await diagnosis({ ...slackSecrets(stage), slackBotToken })
    expect(finding).toEqual({ state: 'wrong', detail: errorSentence(en, noBotToken()) })
    const adapter = await started({ ...slackSecrets(stage), slackBotToken })
    await expect(adapter.start()).rejects.toMatchObject(noBotToken())
    await adapter.stop()
  })

  it('is not that a token is refused where something in front of Slack answers', async () => {
    stage.slack.faults.failNext('auth.test', { kind: 'page', status: 200 })
    const [finding] = await diagnosis(slackSecrets(stage))
    expect(finding?.detail).toContain('Slack does not answer')
    expect(finding?.detail).not.toContain('<')
  })

  it('is no error of a set-up for several workspaces', async () => {
    const { slackAppToken } = slackSecrets(stage)
    const findings = await diagnosis({ ...oauth, slackAppToken }, { port: 0 })
    expect(states(findings)).toEqual(['fine', 'fine', 'fine'])
  })

  it('names its own setting where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const [, finding] = await diagnosis(
      { slackBotToken: slackSecrets(stage).slackBotToken, slackSigningSecret: 's' },
      { transport: 'http', host: '127.0.0.1', port },
    ).then(findings => findings.slice(-2))
    expect(finding).toMatchObject({ state: 'wrong', detail: expect.stringContaining('slack.port') })
    taken.close()
  })
})

describe('a Slack that cannot be reached', () => {
  it.each([
    ['auth.test', 503],
    ['auth.test', 'service_unavailable'],
    ['auth.test', { kind: 'page', status: 200 }],
    ['auth.test', { kind: 'page', status: 429, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' }],
    ['apps.connections.open', 500],
    ['apps.connections.open', 'internal_error'],
    ['apps.connections.open', { kind: 'page', status: 200 }],
    ['apps.connections.open', { kind: 'page', status: 429 }],
  ] as const)('is tried again until it answers: %s with %j', async (method, fault) => {
    const { slack, ada, channel } = stage
    slack.faults.failNext(method, fault, fault)
    const adapter = await started(slackSecrets(stage))
    test.built.register(adapter.courier)
    const statuses: AdapterStatus[] = []
    await adapter.start(status => statuses.push(status))
    expect(statuses).toEqual([{ kind: 'connecting' }])
    expect(slack.sockets.open).toBe(0)
    // A little time at each turn of the loop, so that the network has its turn too.
    await test.until(() => {
      test.clock.advance(20)
      return slack.sockets.open === 2 && statuses.at(-1)?.kind === 'on'
    })
    expect(statuses.at(-1)).toEqual({ kind: 'on' })
    expect(await ada.types('/easel', 'help', { channelId: channel.id })).toMatchObject({ kind: 'acked' })
    expect(test.log.faults.map(line => line.message)).toContain('Slack cannot be reached; trying again')
    await adapter.stop()
  })

  it('is not said to be on before it answered, also where workspaces install the app and events come by HTTP', async () => {
    const { slack, team } = stage
    const storage = memoryStorage()
    const key = Buffer.from(oauth.encryptionKey, 'base64')
    await new Installations(storage, key, test.ids, test.clock).storeInstallation({
      team: { id: team.id },
      enterprise: undefined,
      isEnterpriseInstall: false,
      authVersion: 'v2',
      bot: { token: team.botToken, id: team.botId, userId: team.botUserId, scopes: [...team.scopes] },
      user: { id: 'U1', token: undefined, scopes: undefined },
    })
    slack.faults.failNext('auth.test', 503)
    const secrets = { ...oauth, slackAppToken: undefined, slackSigningSecret: slack.signingSecret }
    const adapter = await started(secrets, { transport: 'http', port: 0 }, storage)
    const statuses: AdapterStatus[] = []
    await adapter.start(status => statuses.push(status))
    expect(statuses).toEqual([{ kind: 'connecting' }])
    await test.until(() => {
      test.clock.advance(20)
      return statuses.length > 1
    })
    expect(statuses).toEqual([{ kind: 'connecting' }, { kind: 'on' }])
    await adapter.stop()
  })
})
