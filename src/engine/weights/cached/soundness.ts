/**
 * Whether a cache file still has the bytes that were written. Its last tensor is the SHA-256 of everything before it. Reading gigabytes
 * takes seconds to minutes, so a note beside the file has the fingerprint with which it was last found sound. The file is read again
 * only if the fingerprint differs, or on request.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'

/** A SHA-256. */
export const checksumBytes = 32
/** The name of the checksum's tensor. No model has a tensor of this name. */
export const checksumName = 'easel.sha256'

export function newChecksum() {
  return createHash('sha256')
}

/** Reads the whole file. `sizeBytes`: the required size. An unreadable part counts as damage. */
export async function isSound({ file, sizeBytes }: { file: string; sizeBytes: number }): Promise<boolean> {
  const checksum = newChecksum()
  const end = sizeBytes - checksumBytes
  try {
    for await (const chunk of createReadStream(file, { end: end - 1, highWaterMark: 1 << 20 })) {
      checksum.update(chunk)
    }
    const stored: Buffer[] = []
    for await (const chunk of createReadStream(file, { start: end })) stored.push(Buffer.from(chunk))
    return checksum.digest().equals(Buffer.concat(stored))
  } catch {
    return false
  }
}

/** The note of a cache file. */
export function noteOf(file: string): string {
  return `${file}.sound`
}

/** The cache file of a note; undefined for another name. */
export function ofNote(name: string): string | undefined {
  return /^(.+)\.sound$/.exec(name)?.[1]
}

/** Whether the file has the fingerprint with which it was last found sound. */
export async function isKnownSound(file: string, fingerprint: string): Promise<boolean> {
  return (await readFile(noteOf(file), 'utf8').catch(() => '')) === fingerprint
}

/** If the note cannot be written, the file is read again next time. */
export async function noteSound(file: string, fingerprint: string): Promise<void> {
  const unfinished = `${noteOf(file)}.${process.pid}-${threadId}.tmp`
  try {
    await writeFile(unfinished, fingerprint)
    await rename(unfinished, noteOf(file))
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined)
  }
}
