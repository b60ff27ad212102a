/** The S3-compatible store of the configuration: its allowed addresses and its keys. */
import type { Config } from '../../config/config.ts'
import { type Secrets, secretVariables } from '../../config/secrets.ts'
import type { ConfigProblem } from '../../errors/config-problem.ts'
import { AppError } from '../../errors/errors.ts'
import { hostOf, quotedWithoutSecrets, withoutTlsProblem } from '../service-url.ts'

export interface StoreAddress {
  /** Without a trailing slash. */
  endpoint: string
  host: string
  bucket: string
  region: string
  keyId: string
  secret: string
}

/**
 * The store's address and keys; undefined if none is configured.
 * @throws AppError 'config' when the endpoint is not an HTTP URL, would transfer everything unencrypted to a host that is not
 * allowed by name, or its bucket or keys are missing.
 */
export function readStoreAddress(
  { endpoint: text, bucket, region, allowedWithoutTls }: Config['remote']['store'],
  { storeKeyId, storeSecret }: Secrets,
): StoreAddress | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw endpointError({ what: 'format', found: quotedWithoutSecrets(text), expected: 'url' })
  }
  if (url.username !== '' || url.password !== '') throw endpointError({ what: 'secret' })
  const host = hostOf(url)
  const rule = { scheme: 'https', setting: 'remote.store.allowedWithoutTls' } as const
  const problem = url.protocol === 'https:' ? undefined : withoutTlsProblem(host, allowedWithoutTls, rule)
  if (problem) throw endpointError(problem)
  return {
    endpoint: text.replace(/\/+$/, ''),
    host,
    region,
    bucket: required('remote.store.bucket', bucket),
    keyId: required(secretVariables.storeKeyId, storeKeyId),
    secret: required(secretVariables.storeSecret, storeSecret),
  }
}

function endpointError(problem: ConfigProblem): AppError {
  return new AppError('config', { key: 'remote.store.endpoint', problem })
}

function required(key: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  throw new AppError('config', { key, problem: { what: 'not-set' } })
}
