/** The manifest asks for what the adapter listens to and calls: no more, and no less. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from '@slack/bolt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { easelCommand, usageHint } from '../../../src/bots/slack/inbound/command-handlers.ts'
import { SlackAdapter } from '../../../src/bots/slack/slack-adapter.ts'
import { botScopes } from '../../../src/bots/slack/transport/setup.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { methods } from '../../fakes/slack/api/web-api.ts'
import { readManifest } from '../../fakes/slack/manifest.ts'
import { TestEasel } from '../../helpers/build-test-easel.ts'
import { memoryStorage, scene, slackConfig, slackSecrets } from './start-slack.ts'

const manifest = readManifest()

// docs.slack.dev/reference/events: the scope that each event needs; the others need none.
const eventScopes: Record<string, string> = {
  app_mention: 'app_mentions:read',
  file_shared: 'files:read',
  'message.im': 'im:history',
}

/** Where a method's scope goes by what it is asked of: the adapter asks of public channels alone. */
const askedScopes: Record<string, string[]> = { 'conversations.info': ['channels:read'] }

afterEach(() => vi.restoreAllMocks())

/** First arguments of everything that the adapter registers with Bolt. */
async function listensTo() {
  const commands = vi.spyOn(App.prototype, 'command')
  const events = vi.spyOn(App.prototype, 'event')
  const shortcuts = vi.spyOn(App.prototype, 'shortcut')
  const test = new TestEasel({ couriers: [] })
  const { easel, clock, ids, log } = test
  const stage = await scene(clock)
  new SlackAdapter(
    { easel, clock, ids, log, config: slackConfig(stage.slack), secrets: slackSecrets(stage) },
    memoryStorage(),
  )
  await stage.slack.stop()
  await test.dispose()
  const callbackId = z.object({ callback_id: z.string() })
  return {
    commands: commands.mock.calls.map(([name]) => String(name)),
    events: events.mock.calls.map(([name]) => String(name)),
    shortcuts: shortcuts.mock.calls.map(([constraints]) => callbackId.parse(constraints).callback_id),
  }
}

/** Names of Web API methods in the adapter's sources. */
function methodsCalled(): string[] {
  const folder = join(packageRoot, 'src/bots/slack')
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(folder, name), 'utf8'))
  return Object.keys(methods).filter(name => text.some(source => source.includes(`'${name}`)))
}

describe('the manifest', () => {
  it('tells people of every command of the table', () => {
    const easel = manifest.features.slash_commands.find(({ command }) => command === easelCommand)
    expect(easel?.usage_hint).toBe(usageHint())
  })

  it('names the commands, shortcuts and events that the adapter listens to', async () => {
    const { features, settings } = manifest
    const { commands, events, shortcuts } = await listensTo()
    expect(features.slash_commands.map(({ command }) => command)).toEqual(commands)
    expect(features.shortcuts.map(shortcut => shortcut.callback_id)).toEqual(shortcuts)
    // The adapter hears messages of direct conversations alone.
    const heard = events.map(name => (name === 'message' ? 'message.im' : name))
    expect([...settings.event_subscriptions.bot_events].sort()).toEqual(heard.sort())
  })

  it('asks for the scopes of what is called and heard, and for no other', () => {
    const called = methodsCalled()
    expect(called).toContain('files.completeUploadExternal')
    const needed = new Set([
      'commands',
      ...called.flatMap(name => askedScopes[name] ?? methods[name]?.scopes ?? []),
      ...manifest.settings.event_subscriptions.bot_events.flatMap(name => eventScopes[name] ?? []),
    ])
    expect(manifest.oauth_config.scopes.bot).toEqual([...needed].sort())
    expect(botScopes).toEqual(manifest.oauth_config.scopes.bot)
  })

  it('keeps within what Slack takes', () => {
    const { features, display_information: display } = manifest
    expect(display.name.length).toBeLessThanOrEqual(35)
    expect(display.description.length).toBeLessThanOrEqual(140)
    for (const { name, description } of features.shortcuts) {
      expect(name.length, name).toBeLessThanOrEqual(24)
      expect(description.length, name).toBeLessThanOrEqual(150)
    }
    for (const { usage_hint: hint } of features.slash_commands) expect(hint.length).toBeLessThanOrEqual(1000)
  })

  it('enables exactly the features that the adapter uses', () => {
    expect(manifest.settings).toMatchObject({
      interactivity: { is_enabled: true },
      socket_mode_enabled: true,
      token_rotation_enabled: false,
    })
    expect(manifest.features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    })
  })
})

describe('docs/slack.md', () => {
  const page = readFileSync(join(packageRoot, 'docs/slack.md'), 'utf8')

  it.each(manifest.oauth_config.scopes.bot)('explains the scope %s', scope => {
    expect(page).toMatch(new RegExp(`\\| \`${scope}\` +\\| \\S`))
  })

  it.each([
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_SIGNING_SECRET',
    'SLACK_CLIENT_ID',
    'SLACK_CLIENT_SECRET',
    'SLACK_STATE_SECRET',
    'EASEL_ENCRYPTION_KEY',
  ])('says where %s comes from', name => {
    expect(page).toContain(name)
    expect(readFileSync(join(packageRoot, 'config/example.env'), 'utf8')).toContain(`${name}=`)
  })
})
