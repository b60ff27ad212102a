/** Which secrets Slack needs for which way in, and which of them are missing. Pure. */
import type { Config } from '../../../config.ts'
import { toAppError } from '../../../errors.ts'
import { type SecretName, type Secrets, secretVariables } from '../../../secrets.ts'
import type { AdapterSetup } from '../../adapter.ts'
import { readKey } from './sealed.ts'

/** What the bot asks for; config/slack-manifest.yaml asks for the same, docs/slack.md says why. */
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

/** One workspace by its token, or several by OAuth. */
const oneWorkspace = ['slackBotToken'] as const
const oauthSecrets = ['slackClientId', 'slackClientSecret', 'slackStateSecret'] as const
const severalWorkspaces = [...oauthSecrets, 'encryptionKey'] as const
/** How events come. */
const transports = { socket: 'slackAppToken', http: 'slackSigningSecret' } as const satisfies Record<
  Config['slack']['transport'],
  SecretName
>

/** All that are Slack's alone: the key says nothing of it. */
const slackSecrets = [...oneWorkspace, ...oauthSecrets, ...Object.values(transports)]

/** Several workspaces install the app by themselves. */
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
