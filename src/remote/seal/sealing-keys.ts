/** The keys that gateways and machines share: one seals, and one or two open. */
import { hkdfSync } from 'node:crypto'
import { readEncryptionKey } from '../../config/encryption-key.ts'
import { type Secrets, secretVariables } from '../../config/secrets.ts'
import { AppError } from '../../errors/errors.ts'

/** A shared key with its public id, which reveals nothing about the key. */
export interface SealingKey {
  readonly id: string
  readonly bytes: Buffer
}

export interface SealingKeys {
  /** Seals outgoing messages. */
  readonly current: SealingKey
  /** Open incoming messages: the current key, and a second one during a key rotation. */
  readonly accepted: readonly SealingKey[]
}

const idBytes = 8

/**
 * Reads the keys from the environment.
 * @throws AppError 'config' when the key is not set, or is not 32 bytes.
 */
export function readSealingKeys({ workerKey, workerKeySecond }: Secrets): SealingKeys {
  if (workerKey === undefined) {
    throw new AppError('config', { key: secretVariables.workerKey, problem: { what: 'not-set' } })
  }
  const current = sealingKey(readEncryptionKey(secretVariables.workerKey, workerKey))
  if (workerKeySecond === undefined) return { current, accepted: [current] }
  const second = sealingKey(readEncryptionKey(secretVariables.workerKeySecond, workerKeySecond))
  return { current, accepted: [current, second] }
}

export function sealingKey(bytes: Buffer): SealingKey {
  const id = Buffer.from(hkdfSync('sha256', bytes, '', 'easel key id', idBytes)).toString('hex')
  return { id, bytes }
}
