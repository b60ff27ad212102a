/**
 * Seals messages between gateways and machines: AES-256-GCM under a key of the sender's session, which HKDF-SHA256 (RFC 5869)
 * derives from the shared key. The header is authenticated, so a message cannot be redirected to another receiver, or reused in
 * another session or with another number.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { pack, unpack } from 'msgpackr'
import { z } from 'zod'
import type { SealingKey, SealingKeys } from './sealing-keys.ts'

/** Raised when the format of sealed messages changes. */
const sealVersion = 1

const nonceBytes = 12
const tagBytes = 16

/** The authenticated part of a message. It is readable by everybody with access to the same Redis. */
export interface SealHeader {
  /** The ids of gateways or machines. The receiver '*' means everybody. */
  readonly sender: string
  readonly receiver: string
  /** The id of one stream of messages, chosen anew by the sender. */
  readonly session: string
  /** The number of the message in its session. Each number is used once, because it is the nonce. */
  readonly sequence: number
}

export type Opened =
  | { kind: 'opened'; header: SealHeader; plain: Uint8Array }
  /** `version`: another format. `key`: sealed with a key that is not accepted. `forged`: modified or truncated. */
  | { kind: 'refused'; why: 'version' | 'key' | 'forged' }

const sealed = z.tuple([
  z.number(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.number().int().min(0),
  z.instanceof(Uint8Array),
])

/** Seals `plain` with the current key. The same header must never be used twice. */
export function seal(keys: SealingKeys, header: SealHeader, plain: Uint8Array): Uint8Array {
  const { current } = keys
  const associated = associatedData(current, header)
  const cipher = createCipheriv('aes-256-gcm', sessionKey(current, header), nonceOf(header.sequence))
  const text = cipher.setAAD(associated).update(plain)
  // A stream cipher keeps nothing back: `final` returns no bytes.
  cipher.final()
  return pack([...headerFields(current, header), Buffer.concat([text, cipher.getAuthTag()])])
}

/** Opens untrusted bytes. Never throws. */
export function open(keys: SealingKeys, bytes: Uint8Array): Opened {
  const parsed = sealed.safeParse(unpackedOrNothing(bytes))
  if (!parsed.success) return { kind: 'refused', why: 'forged' }
  const [version, keyId, sender, receiver, session, sequence, text] = parsed.data
  if (version !== sealVersion) return { kind: 'refused', why: 'version' }
  const key = keys.accepted.find(({ id }) => id === keyId)
  if (!key) return { kind: 'refused', why: 'key' }
  const header = { sender, receiver, session, sequence }
  const plain = decrypt(key, header, text)
  return plain ? { kind: 'opened', header, plain } : { kind: 'refused', why: 'forged' }
}

function decrypt(key: SealingKey, header: SealHeader, text: Uint8Array): Uint8Array | undefined {
  if (text.length < tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', sessionKey(key, header), nonceOf(header.sequence))
  decipher.setAAD(associatedData(key, header)).setAuthTag(text.subarray(text.length - tagBytes))
  try {
    const plain = decipher.update(text.subarray(0, text.length - tagBytes))
    // Throws if the tag does not match, and returns no bytes.
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

/** One key per session and receiver, so that a message's number is a unique nonce. */
function sessionKey(key: SealingKey, { sender, receiver, session }: SealHeader): Buffer {
  return key.derive(session, pack(['easel seal', sealVersion, sender, receiver]))
}

function nonceOf(sequence: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes)
  nonce.writeBigUInt64BE(BigInt(sequence), nonceBytes - 8)
  return nonce
}

function associatedData(key: SealingKey, header: SealHeader): Buffer {
  return pack(headerFields(key, header))
}

function headerFields({ id }: SealingKey, { sender, receiver, session, sequence }: SealHeader) {
  return [sealVersion, id, sender, receiver, session, sequence] as const
}

function unpackedOrNothing(bytes: Uint8Array): unknown {
  try {
    return unpack(bytes)
  } catch {
    return undefined
  }
}
