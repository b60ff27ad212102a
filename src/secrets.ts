/** Secrets: which there are, and how they are read from the environment. They appear in no file, no log and no error. */
import { AppError } from './errors.ts'

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
} as const

export type SecretName = keyof typeof secretVariables
export type Secrets = { readonly [Name in SecretName]?: string | undefined }

/**
 * The secrets among the environment's variables, without the spaces, line breaks and quotes around them that copying
 * brings along. Throws AppError 'config' where one has spaces or line breaks inside: it is two, or cut in the middle.
 */
export function readSecrets(env: Readonly<Record<string, string | undefined>>): Secrets {
  return Object.fromEntries(
    Object.entries(secretVariables).map(([name, variable]) => [name, readSecret(variable, env[variable])]),
  )
}

function readSecret(variable: string, text = ''): string | undefined {
  const secret = text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
  if (/\s/.test(secret)) {
    const problem = { what: 'space-inside' } as const
    throw new AppError('config', { key: variable, problem })
  }
  return secret === '' ? undefined : secret
}
