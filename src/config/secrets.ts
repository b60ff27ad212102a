/** The list of secrets, and reading them from the environment. They never appear in a file, a log or an error. */
import type { ConfigIssue } from '../errors/config-problem.ts'
import { wrongConfig } from '../errors/errors.ts'

/** Each secret with the variable that holds it. */
export const secretVariables = {
  discordToken: 'DISCORD_TOKEN',
  slackBotToken: 'SLACK_BOT_TOKEN',
  slackAppToken: 'SLACK_APP_TOKEN',
  slackSigningSecret: 'SLACK_SIGNING_SECRET',
  slackClientId: 'SLACK_CLIENT_ID',
  slackClientSecret: 'SLACK_CLIENT_SECRET',
  slackStateSecret: 'SLACK_STATE_SECRET',
  /** Encrypts stored installations. */
  encryptionKey: 'EASEL_ENCRYPTION_KEY',
  redisPassword: 'EASEL_REDIS_PASSWORD',
  /** Encrypts the messages between gateways and workers on other machines. Messages with the second key are accepted too. */
  workerKey: 'EASEL_WORKER_KEY',
  workerKeySecond: 'EASEL_WORKER_KEY_SECOND',
  /** The keys of the S3-compatible store for results of other machines. */
  storeKeyId: 'EASEL_STORE_KEY_ID',
  storeSecret: 'EASEL_STORE_SECRET',
} as const

export type SecretName = keyof typeof secretVariables
export type Secrets = { readonly [Name in SecretName]?: string | undefined }

/**
 * The secrets in the environment's variables, without surrounding spaces, line breaks and quotes from copying.
 * @throws AppError 'config' when one has white space inside: it is two values, or a truncated one. The error names all such
 * variables.
 */
export function readSecrets(env: Readonly<Record<string, string | undefined>>): Secrets {
  const issues: ConfigIssue[] = []
  const secrets = Object.entries(secretVariables).map(([name, variable]) => {
    const secret = withoutQuotes(env[variable] ?? '')
    if (/\s/.test(secret)) issues.push({ key: variable, problem: { what: 'space-inside' } })
    return [name, secret === '' ? undefined : secret]
  })
  const wrong = wrongConfig(issues)
  if (wrong) throw wrong
  return Object.fromEntries(secrets)
}

function withoutQuotes(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
}
