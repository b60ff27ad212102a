/** Pictures on disk: a file is either whole and durable under its name, or it is not there. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ids } from '../ports.ts'
import { toStorageFault } from './sqlite-faults.ts'

export class PictureFiles {
  readonly #folder: string
  readonly #ids: Ids

  constructor(folder: string, ids: Ids) {
    this.#folder = folder
    this.#ids = ids
  }

  /** Writes to a temporary name, forces it to disk, then renames: replacing is as safe as creating. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.#folder, `${name}.${this.#ids.next()}.tmp`)
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, join(this.#folder, name))
      await this.#syncFolder()
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw toStorageFault(error)
    }
  }

  /** Undefined when there is no such file. */
  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder, name))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw toStorageFault(error)
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true })
  }

  /** Every name in the folder, temporary ones of a crash included. */
  async list(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if (isMissing(error)) return []
      throw toStorageFault(error)
    }
  }

  /** A rename is durable once its folder is. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, constants.O_RDONLY)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function extensionOf(mediaType: string): string {
  return mediaType === 'image/jpeg' ? 'jpg' : mediaType.replace('image/', '')
}
