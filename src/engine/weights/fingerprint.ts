/** What tells a file from the same one after a change, without reading it. */
import { stat } from 'node:fs/promises'

/** mtime and ctime show that a file was written; ctime also if somebody restored the mtime. */
export async function fingerprintOf(file: string): Promise<{ fingerprint: string; bytes: number }> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(file)
  return { fingerprint: `${size}-${mtimeMs}-${ctimeMs}-${ino}`, bytes: size }
}
