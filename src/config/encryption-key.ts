/** Reads a key of AES-256 from a variable of the environment. */
import { AppError } from '../errors/errors.ts'

/** Bytes of a key of AES-256. */
const keyBytes = 32

/** 32 bytes, written as base64 or hex. @throws AppError 'config' when the variable has another form. */
export function readEncryptionKey(variable: string, text: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (key.length === keyBytes) return key
  throw new AppError('config', { key: variable, problem: { what: 'encryption-key' } })
}
