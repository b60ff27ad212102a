/** The fingerprint of a file, which changes when the file does. The file is not read. */
import { stat } from 'node:fs/promises'

/** Made of size, mtime, ctime and inode. ctime changes even if somebody restores the mtime. */
export async function fingerprintOf(file: string): Promise<{ fingerprint: string; bytes: number }> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(file)
  return { fingerprint: `${size}-${mtimeMs}-${ctimeMs}-${ino}`, bytes: size }
}
