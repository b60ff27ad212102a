/** The keys that gateways and machines share: one seals, and one or two open. */
import { hkdfSync } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { readEncryptionKey } from '../../config/encryption-key.ts'
import { type Secrets, secretVariables } from '../../config/secrets.ts'
import { AppError } from '../../errors/errors.ts'

const idBytes = 8
const derivedBytes = 32
/** More than a gateway's channels in both directions. A forged message can only displace a cached key. */
const maxDerived = 512
/** A derived key with longer names is not cached: the names in a forged message may have any length. */
const maxCacheKeyLength = 512

/** A shared key with its public id, which reveals nothing about the key. */
export class SealingKey {
  readonly id: string
  readonly #bytes: Buffer
  /** Derived keys by salt and info. A channel uses the same two for all of its messages. */
  readonly #derived = new LRUCache<string, Buffer>({ max: maxDerived })

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.id = Buffer.from(hkdfSync('sha256', bytes, '', 'easel key id', idBytes)).toString('hex')
  }

  /** Returns the 32 bytes that HKDF-SHA256 derives. */
  derive(salt: string, info: Uint8Array): Buffer {
    const cacheKey = JSON.stringify([salt, Buffer.from(info).toString('hex')])
    const known = this.#derived.get(cacheKey)
    if (known) return known
    const derived = Buffer.from(hkdfSync('sha256', this.#bytes, salt, info, derivedBytes))
    if (cacheKey.length <= maxCacheKeyLength) this.#derived.set(cacheKey, derived)
    return derived
  }
}

export interface SealingKeys {
  /** Seals outgoing messages. */
  readonly current: SealingKey
  /** Open incoming messages: the current key, and a second one during a key rotation. */
  readonly accepted: readonly SealingKey[]
}

/**
 * Reads the keys from the environment.
 * @throws AppError 'config' when the key is not set, or is not 32 bytes.
 */
export function readSealingKeys({ workerKey, workerKeySecond }: Secrets): SealingKeys {
  if (workerKey === undefined) {
    throw new AppError('config', { key: secretVariables.workerKey, problem: { what: 'not-set' } })
  }
  const current = new SealingKey(readEncryptionKey(secretVariables.workerKey, workerKey))
  if (workerKeySecond === undefined) return { current, accepted: [current] }
  const second = new SealingKey(readEncryptionKey(secretVariables.workerKeySecond, workerKeySecond))
  return { current, accepted: [current, second] }
}
