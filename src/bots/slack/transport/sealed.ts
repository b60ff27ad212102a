/** AES-256-GCM encryption of small documents. A document can be decrypted only with the key and its own id. */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { readEncryptionKey } from '../../../config/encryption-key.ts'
import { secretVariables } from '../../../config/secrets.ts'

const version = 1
const ivBytes = 12
const tagBytes = 16

/** The key of the environment. @throws as readEncryptionKey. */
export function readKey(text: string): Buffer {
  return readEncryptionKey(secretVariables.encryptionKey, text)
}

/**
 * Format: version, iv, tag, ciphertext. The id is authenticated too, so a row copied to another id does not decrypt.
 * `nonce` is a fresh identifier. GCM requires that it is never repeated with a key; it need not be secret.
 */
export function seal(key: Buffer, id: string, document: string, nonce: string): Uint8Array {
  const iv = createHash('sha256').update(nonce).digest().subarray(0, ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id))
  const sealed = Buffer.concat([cipher.update(document, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from([version]), iv, cipher.getAuthTag(), sealed])
}

/** The decrypted document; undefined for bytes that were not encrypted with this key and this id. */
export function unseal(key: Buffer, id: string, bytes: Uint8Array): string | undefined {
  const sealed = Buffer.from(bytes)
  if (sealed.length < 1 + ivBytes + tagBytes || sealed[0] !== version) return undefined
  const iv = sealed.subarray(1, 1 + ivBytes)
  const tag = sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id)).setAuthTag(tag)
  try {
    const opened = [decipher.update(sealed.subarray(1 + ivBytes + tagBytes)), decipher.final()]
    return Buffer.concat(opened).toString('utf8')
  } catch {
    return undefined
  }
}
