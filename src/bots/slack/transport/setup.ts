/** The secrets that Slack needs for each transport, and the missing ones. Pure. */
import type { Config } from '../../../config/config.ts'
import { type SecretName, type Secrets, secretVariables } from '../../../config/secrets.ts'
import { toAppError } from '../../../errors/errors.ts'
import type { AdapterSetup } from '../../adapter.ts'
import { readKey } from './sealed.ts'

/** The scopes of the bot, which equal those of config/slack-manifest.yaml. docs/slack.md gives the reasons. */
export const botScopes = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'im:history',
  'users:read',
]

/** The secret for one workspace; several use OAuth. */
const oneWorkspace = ['slackBotToken'] as const
const oauthSecrets = ['slackClientId', 'slackClientSecret', 'slackStateSecret'] as const
const severalWorkspaces = [...oauthSecrets, 'encryptionKey'] as const
/** The secret of each transport. */
const transports = { socket: 'slackAppToken', http: 'slackSigningSecret' } as const satisfies Record<
  Config['slack']['transport'],
  SecretName
>

/** All secrets that only Slack uses; the encryption key is not one of them. */
const slackSecrets = [...oneWorkspace, ...oauthSecrets, ...Object.values(transports)]

/** Whether several workspaces install the app by OAuth. */
export function usesOAuth(secrets: Secrets): boolean {
  return secrets.slackBotToken === undefined && oauthSecrets.some(name => secrets[name] !== undefined)
}

export function slackSetup(config: Config, secrets: Secrets): AdapterSetup {
  const transport = transports[config.slack.transport]
  const needed: readonly SecretName[] = [
    ...(usesOAuth(secrets) ? severalWorkspaces : oneWorkspace),
    transport,
  ]
  const missing = needed.filter(name => secrets[name] === undefined).map(name => secretVariables[name])
  if (slackSecrets.every(name => secrets[name] === undefined)) return { kind: 'off', missing }
  if (missing.length > 0) return { kind: 'incomplete', missing }
  if (!usesOAuth(secrets)) return { kind: 'ready' }
  try {
    readKey(secrets.encryptionKey ?? '')
    return { kind: 'ready' }
  } catch (error) {
    return { kind: 'wrong', fault: toAppError(error) }
  }
}
