/** The receivers of Slack's events: sockets or signed HTTP requests, and a server for the installation by OAuth. */
import type { WebClientOptions } from '@slack/web-api'
import { AppError } from '../../../errors/errors.ts'
import { listeningAddress } from '../../../net/listen.ts'
import { wordsFor } from '../../../words/locale.ts'
import type { AdapterParts, SealedDocuments } from '../../adapter.ts'
import { CombinedReceiver } from './durable-app.ts'
import { type OAuthParts, SlackHttpReceiver } from './http-receiver.ts'
import { Installations } from './installations.ts'
import { readKey } from './sealed.ts'
import { botScopes, usesOAuth } from './setup.ts'
import { Sockets } from './sockets.ts'

export interface Receivers {
  readonly all: CombinedReceiver
  /** Absent if events come by sockets and one workspace is served. */
  readonly http: SlackHttpReceiver | undefined
}

/** The receivers of the configured transport. @throws AppError 'config' when a secret of the transport is missing. */
export function receiversOf(
  { config, secrets, clock, log }: AdapterParts,
  clientOptions: WebClientOptions,
  oauth: OAuthParts | undefined,
): Receivers {
  const common = { clientOptions, clock, log }
  const httpOptions = {
    ...common,
    address: listeningAddress(config, 'slack'),
    words: wordsFor(config.language),
    ...(oauth && { oauth }),
  }
  if (config.slack.transport === 'http') {
    const signingSecret = requireValue(secrets.slackSigningSecret, 'SLACK_SIGNING_SECRET')
    const http = new SlackHttpReceiver({ ...httpOptions, signingSecret })
    return { all: new CombinedReceiver([http]), http }
  }
  const sockets = new Sockets({ ...common, appToken: requireValue(secrets.slackAppToken, 'SLACK_APP_TOKEN') })
  const http = oauth && new SlackHttpReceiver(httpOptions)
  return { all: new CombinedReceiver(http === undefined ? [sockets] : [sockets, http]), http }
}

/**
 * The parts of OAuth; undefined if the environment's token serves one workspace. @throws AppError 'config' when a secret is
 * missing.
 */
export function oauthParts(
  { secrets, ids, clock }: AdapterParts,
  documents: SealedDocuments,
): OAuthParts | undefined {
  if (!usesOAuth(secrets)) return undefined
  const key = readKey(requireValue(secrets.encryptionKey, 'EASEL_ENCRYPTION_KEY'))
  return {
    clientId: requireValue(secrets.slackClientId, 'SLACK_CLIENT_ID'),
    clientSecret: requireValue(secrets.slackClientSecret, 'SLACK_CLIENT_SECRET'),
    stateSecret: requireValue(secrets.slackStateSecret, 'SLACK_STATE_SECRET'),
    scopes: botScopes,
    installations: new Installations(documents, key, ids, clock),
  }
}

/** The value of a required variable. @throws AppError 'config' when the value is missing. */
export function requireValue(value: string | undefined, name: string): string {
  if (value !== undefined) return value
  throw new AppError('config', { key: name, problem: { what: 'not-set' } })
}
