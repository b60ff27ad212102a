/** The S3-compatible store of the configuration: its allowed addresses and its keys. */
import { isLoopback } from '../../common/loopback.ts'
import type { Config } from '../../config/config.ts'
import { type Secrets, secretVariables } from '../../config/secrets.ts'
import { AppError } from '../../errors/errors.ts'

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
  const key = 'remote.store.endpoint'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    const problem = {
      what: 'format',
      found: JSON.stringify(text.replace(/\/\/.*@/, '//')),
      expected: 'url',
    } as const
    throw new AppError('config', { key, problem })
  }
  if (url.username !== '' || url.password !== '')
    throw new AppError('config', { key, problem: { what: 'secret' } })
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol === 'http:' && !isLoopback(host) && !allowedWithoutTls.includes(host)) {
    const setting = 'remote.store.allowedWithoutTls'
    throw new AppError('config', { key, problem: { what: 'without-tls', host, scheme: 'https', setting } })
  }
  return {
    endpoint: text.replace(/\/+$/, ''),
    host,
    region,
    bucket: required('remote.store.bucket', bucket),
    keyId: required(secretVariables.storeKeyId, storeKeyId),
    secret: required(secretVariables.storeSecret, storeSecret),
  }
}

function required(key: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  throw new AppError('config', { key, problem: { what: 'not-set' } })
}
