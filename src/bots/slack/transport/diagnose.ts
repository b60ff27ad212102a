/** Doctor's check of Slack: the tokens, the granted scopes, and whether the address is free. */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError, WebClient } from '@slack/web-api'
import type { Config } from '../../../config/config.ts'
import { errorCode } from '../../../errors/error-code.ts'
import { listeningAddress } from '../../../net/listen.ts'
import { errorSentence, type Words } from '../../../words/en.ts'
import type { DiagnosisSettings, Finding } from '../../adapter.ts'
import { addressFinding } from '../../address-finding.ts'
import { isTemporary } from './api.ts'
import { slackLogger } from './log.ts'
import { usesOAuth } from './setup.ts'
import { areTwoApps, missingScopesOf, noBotToken } from './workspaces.ts'

const timeoutMs = 5000

/** Checks the tokens, the scopes and the address. Never rejects. */
export async function diagnose(settings: DiagnosisSettings): Promise<Finding[]> {
  const { config, secrets, words, isRunning } = settings
  const { operator } = words.slack
  const isSocket = config.slack.transport === 'socket'
  const withOAuth = usesOAuth(secrets)
  return [
    ...(withOAuth
      ? [{ state: 'fine', detail: operator.severalWorkspaces } as const]
      : await botFindings(
          secrets.slackBotToken ?? '',
          isSocket ? secrets.slackAppToken : undefined,
          config,
          words,
        )),
    ...(isSocket ? [await appFinding(secrets.slackAppToken ?? '', config, words)] : []),
    ...(isSocket && !withOAuth
      ? []
      : [await addressFinding(listeningAddress(config, 'slack'), isRunning, words)]),
  ]
}

async function botFindings(
  token: string,
  appToken: string | undefined,
  config: Config,
  words: Words,
): Promise<Finding[]> {
  const { operator } = words.slack
  try {
    const client = clientFor(token, config)
    const answer = await client.auth.test()
    if (answer.bot_id === undefined) return [{ state: 'wrong', detail: errorSentence(words, noBotToken()) }]
    const known = operator.known(answer.user ?? '', answer.team ?? '')
    const { bot } = await client.bots.info({ bot: answer.bot_id }).catch(() => ({ bot: undefined }))
    const [lack] = missingScopesOf({}, answer.response_metadata?.scopes)
    return [
      { state: 'fine', detail: known },
      lack === undefined
        ? { state: 'fine', detail: operator.scopesGranted }
        : { state: 'wrong', detail: operator.scopesMissing(lack.scopes) },
      ...(areTwoApps(bot?.app_id, appToken) ? [{ state: 'wrong', detail: operator.twoApps } as const] : []),
    ]
  } catch (error) {
    return [refusal('SLACK_BOT_TOKEN', error, words)]
  }
}

/** Checks the Socket Mode token by opening a URL, which has no side effect. */
async function appFinding(token: string, config: Config, words: Words): Promise<Finding> {
  try {
    await clientFor(token, config).apps.connections.open({})
    return { state: 'fine', detail: words.slack.operator.socketMode }
  } catch (error) {
    return refusal('SLACK_APP_TOKEN', error, words)
  }
}

function refusal(variable: string, error: unknown, words: Words): Finding {
  const { operator } = words.slack
  const detail =
    error instanceof WebAPIPlatformError && !isTemporary(error.data.error)
      ? operator.refused(variable, error.data.error)
      : operator.unreachable(codeOf(error))
  return { state: 'wrong', detail }
}

/** The code of HTTP or of the system. */
function codeOf(error: unknown): string {
  if (error instanceof WebAPIHTTPError) return `HTTP ${error.statusCode}`
  return errorCode(error instanceof WebAPIRequestError ? error.original : error)
}

function clientFor(token: string, { slack }: Config): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: slackLogger(silent),
  })
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
