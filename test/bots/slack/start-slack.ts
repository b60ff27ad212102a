/** A fake Slack with a workspace in it, and adapters that speak to it. */
import { resolve } from 'node:path'
import type { Easel } from '../../../src/app/easel.ts'
import { type SealedStorage, SlackAdapter } from '../../../src/bots/slack/index.ts'
import { type Config, loadConfig, type Secrets } from '../../../src/config.ts'
import type { Clock, Ids, Logger } from '../../../src/ports.ts'
import type { FakeClock } from '../../fakes/fake-clock.ts'
import { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Person } from '../../fakes/slack/person.ts'
import type { Channel, Team } from '../../fakes/slack/world.ts'

export interface Scene {
  slack: FakeSlack
  team: Team
  channel: Channel
  ada: Person
  bob: Person
  /** An admin of the workspace. */
  eve: Person
}

export async function scene(clock: FakeClock): Promise<Scene> {
  const slack = new FakeSlack(clock)
  await slack.start()
  const team = slack.addTeam('acme')
  const ada = slack.addPerson(team, 'Ada')
  const bob = slack.addPerson(team, 'Bob')
  const eve = slack.addPerson(team, 'Eve', { admin: true })
  const channel = slack.addChannel(team, 'art')
  return { slack, team, channel, ada, bob, eve }
}

export interface Outside {
  easel: Easel
  clock: Clock
  ids: Ids
  log: Logger
}

const packageRoot = resolve(import.meta.dirname, '../../..')

export function slackConfig(slack: FakeSlack, changes: Partial<Config['slack']> = {}): Config {
  const config = loadConfig(packageRoot, packageRoot)
  return { ...config, slack: { ...config.slack, apiUrl: slack.apiUrl, port: 0, ...changes } }
}

export function slackSecrets({ slack, team }: Pick<Scene, 'slack' | 'team'>): Secrets {
  return {
    slackBotToken: team.botToken,
    slackAppToken: slack.appToken,
    slackSigningSecret: slack.signingSecret,
  }
}

/** Keeps sealed documents in memory. */
export function memoryStorage(): SealedStorage & { rows: Map<string, Uint8Array> } {
  const rows = new Map<string, Uint8Array>()
  return {
    rows,
    async save(id, sealed) {
      rows.set(id, sealed)
    },
    find: id => rows.get(id),
    async remove(id) {
      rows.delete(id)
    },
  }
}

/** An adapter over Socket Mode, started. */
export async function startAdapter(scene: Scene, outside: Outside): Promise<SlackAdapter> {
  const adapter = new SlackAdapter(
    { ...outside, config: slackConfig(scene.slack), secrets: slackSecrets(scene) },
    memoryStorage(),
  )
  await adapter.start()
  return adapter
}
