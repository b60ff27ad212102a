/** Temporary folders of this process. Creating one deletes the folders of killed processes. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../../../common/is-alive.ts'

const prefix = 'easel-weights-'

/** A new, empty folder in the system's folder for temporary files (TMPDIR). */
export async function makeScratchFolder(): Promise<string> {
  await removeLeftOvers()
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
}

async function removeLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, process] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? []
    if (process === undefined || isAlive(Number(process))) continue
    // It belongs to another user, or is already gone.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}
