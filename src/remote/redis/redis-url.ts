/** The address of the Redis in the configuration: which URLs are allowed, and what they mean. */
import { readFileSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { ConfigProblem } from '../../errors/config-problem.ts'
import { AppError } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import { hostOf, quotedWithoutSecrets, withoutTlsProblem } from '../service-url.ts'

export interface RedisAddress {
  host: string
  port: number
  user?: string
  password?: string
  database: number
  /** `ca`: certificates to trust in place of the system's, in PEM. */
  tls?: { ca?: string }
}

type RedisConfig = Config['redis']

const defaultPort = 6379

/**
 * The address in `redis.url`.
 * @throws AppError 'config' when the URL is not one of Redis, has a password in it, or would send everything unencrypted to a host
 * that is not allowed by name.
 * @throws AppError 'file' when the file of certificates cannot be read.
 */
export function readRedisAddress(
  { url: text, allowedWithoutTls, caFile }: Pick<RedisConfig, 'url' | 'allowedWithoutTls' | 'caFile'>,
  { redisPassword }: Pick<Secrets, 'redisPassword'>,
): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const database = /^\/(\d*)$/.exec(url?.pathname || '/')?.[1]
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined) {
    throw urlError({ what: 'format', found: quotedWithoutSecrets(text), expected: 'redis' })
  }
  if (url.password !== '') throw urlError({ what: 'secret' })
  const host = hostOf(url)
  const isEncrypted = url.protocol === 'rediss:'
  const rule = { scheme: 'rediss', setting: 'redis.allowedWithoutTls' } as const
  const problem = isEncrypted ? undefined : withoutTlsProblem(host, allowedWithoutTls, rule)
  if (problem) throw urlError(problem)
  return {
    host,
    port: url.port === '' ? defaultPort : Number(url.port),
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    ...(redisPassword !== undefined && { password: redisPassword }),
    database: Number(database),
    ...(isEncrypted && { tls: caFile === '' ? {} : { ca: readCertificates(caFile) } }),
  }
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError('file', { file, doing: 'read', problem: readFileProblem(error) }, error)
  }
}

function urlError(problem: ConfigProblem): AppError {
  return new AppError('config', { key: 'redis.url', problem })
}
