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

/** What a person chooses, in any language. All other secrets are issued or made in printable ASCII, and most travel in HTTP headers. */
const chosen: ReadonlySet<string> = new Set<SecretName>(['redisPassword', 'slackStateSecret', 'storeSecret'])

/**
 * The secrets in the environment's variables, without surrounding spaces, invisible characters, line breaks and quotes from copying.
 * @throws AppError 'config' when one has white space inside, because it is two values or a truncated one, or a character that is not
 * printable ASCII: such a token cannot be sent, which looks like a platform that cannot be reached. The error names all such variables.
 */
export function readSecrets(env: Readonly<Record<string, string | undefined>>): Secrets {
  const issues: ConfigIssue[] = []
  const secrets = Object.entries(secretVariables).map(([name, variable]) => {
    const secret = withoutQuotes(env[variable] ?? '')
    const foreign = chosen.has(name) ? undefined : /[^\s!-~]/u.exec(secret)?.[0]
    if (/\s/.test(secret)) issues.push({ key: variable, problem: { what: 'space-inside' } })
    else if (foreign !== undefined)
      issues.push({ key: variable, problem: { what: 'foreign-character', character: codePointOf(foreign) } })
    return [name, secret === '' ? undefined : secret]
  })
  const wrong = wrongConfig(issues)
  if (wrong) throw wrong
  return Object.fromEntries(secrets)
}

const quoted = /^(?:"(.*)"|'(.*)'|“(.*)”|‘(.*)’)$/s

function withoutQuotes(text: string): string {
  const trimmed = withoutMargins(text)
  const inner = quoted
    .exec(trimmed)
    ?.slice(1)
    .find(part => part !== undefined)
  return withoutMargins(inner ?? trimmed)
}

/** Without spaces and invisible characters (Unicode's Cf, such as U+200B) at both ends. */
function withoutMargins(text: string): string {
  return text.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')
}

/** `U+200B`, because the character may be invisible. */
function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
