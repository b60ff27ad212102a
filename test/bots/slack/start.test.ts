/** How the adapter begins: with tokens that are missing, wrong or right, and with a Slack that cannot be reached. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slackAdapter } from '../../../src/bots/slack/index.ts'
import type { Secrets } from '../../../src/config.ts'
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

function create(secrets: Partial<Secrets>, slack: Parameters<typeof slackConfig>[1] = {}) {
  const { easel, clock, ids, log } = test
  return slackAdapter(memoryStorage())({
    ...{ easel, clock, ids, log },
    config: slackConfig(stage.slack, slack),
    secrets,
  })
}

function started(secrets: Partial<Secrets>) {
  const choice = create(secrets)
  if (choice.kind === 'off') throw new Error(choice.reason)
  return choice.adapter
}

describe('without what it needs', () => {
  it.each([
    [{}, {}, 'SLACK_BOT_TOKEN'],
    [{ slackBotToken: 'xoxb' }, {}, 'SLACK_APP_TOKEN'],
    [{ slackBotToken: 'xoxb', slackAppToken: 'xapp' }, { transport: 'http' }, 'SLACK_SIGNING_SECRET'],
  ] as const)('it is off and says what is missing: %j', (secrets, slack, missing) => {
    expect(create(secrets, slack)).toMatchObject({ kind: 'off', reason: expect.stringContaining(missing) })
  })

  it.each([
    [{ slackBotToken: 'xoxb-of-somebody-else' }, 'SLACK_BOT_TOKEN: invalid_auth'],
    [{ slackAppToken: 'xapp-of-somebody-else' }, 'Socket Mode: invalid_auth'],
  ])('it does not begin with a token that Slack refuses: %j', async (wrong, sentence) => {
    const adapter = started({ ...slackSecrets(stage), ...wrong })
    await expect(adapter.start()).rejects.toThrow(sentence)
    await adapter.stop()
  })

  it.each([
    [{ slackClientSecret: undefined }, 'SLACK_CLIENT_SECRET'],
    [{ slackStateSecret: undefined }, 'SLACK_STATE_SECRET'],
    [{ encryptionKey: undefined }, 'EASEL_ENCRYPTION_KEY'],
    [{ encryptionKey: 'too short' }, 'EASEL_ENCRYPTION_KEY'],
  ])('OAuth names what is missing: %j', (missing, name) => {
    const whole = {
      slackAppToken: 'xapp',
      slackClientId: '1.2',
      slackClientSecret: 'secret',
      slackStateSecret: 'state',
      encryptionKey: Buffer.alloc(32, 1).toString('base64'),
    }
    expect(create(whole).kind).toBe('on')
    expect(() => create({ ...whole, ...missing })).toThrow(name)
  })
})

describe('a Slack that cannot be reached', () => {
  it.each([
    ['auth.test', 503],
    ['auth.test', 'service_unavailable'],
    ['apps.connections.open', 500],
  ])('is tried again until it answers: %s with %s', async (method, fault) => {
    const { slack, ada, channel } = stage
    slack.faults.failNext(method, fault, fault)
    const adapter = started(slackSecrets(stage))
    test.built.register(adapter.courier)
    await adapter.start()
    expect(slack.sockets.open).toBe(0)
    // A little time at each turn of the loop, so that the network has its turn too.
    await test.until(() => {
      test.clock.advance(20)
      return slack.sockets.open === 2
    })
    expect(await ada.types('/easel', 'help', { channelId: channel.id })).toMatchObject({ kind: 'acked' })
    expect(test.log.faults.map(line => line.message)).toContain('Slack cannot be reached; trying again')
    await adapter.stop()
  })
})
