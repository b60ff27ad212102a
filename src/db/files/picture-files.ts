/** Picture files on disk. A file is either complete and durable under its name, or it does not exist. */
import { createHash } from 'node:crypto'
import { createReadStream, renameSync } from 'node:fs'
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing } from '../../errors/error-code.ts'
import type { Ids } from '../../system/ports.ts'
import { toStorageFault } from '../sqlite-faults.ts'
import { createDurable, syncFolder } from './durable-files.ts'
import { temporaryFile } from './file-names.ts'

export class PictureFiles {
  readonly folder: string
  readonly #ids: Ids

  constructor(folder: string, ids: Ids) {
    this.folder = folder
    this.#ids = ids
  }

  /** Writes a temporary file, syncs it, then renames it. Replacing is as safe as creating. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.folder, temporaryFile(name, this.#ids.next()))
    try {
      await this.#create(temporary, bytes)
      renameSync(temporary, join(this.folder, name))
      await syncFolder(this.folder)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw toStorageFault(error)
    }
  }

  /** The folder exists at nearly every write, so it is created only after the file could not be. */
  async #create(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await createDurable(path, bytes)
    } catch (error) {
      if (!isMissing(error)) throw error
      await makeFolder(this.folder)
      await createDurable(path, bytes)
    }
  }

  /** The bytes of a file; undefined when there is no such file. */
  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.folder, name))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw toStorageFault(error)
    }
  }

  /** The file as a stream of small parts, opened at the first read; undefined when there is no such file. */
  async stream(name: string): Promise<ReadableStream<Uint8Array> | undefined> {
    const path = join(this.folder, name)
    try {
      await access(path)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw toStorageFault(error)
    }
    return ReadableStream.from(partsOf(path))
  }

  /** Deletes files and syncs their folders, so a power failure cannot bring them back. */
  async remove(names: readonly string[]): Promise<void> {
    const files = names.map(name => join(this.folder, name))
    try {
      for (const file of files) await rm(file, { force: true })
      for (const folder of new Set([this.folder, ...files.map(dirname)])) await syncFolder(folder)
    } catch (error) {
      if (!isMissing(error)) throw toStorageFault(error)
    }
  }

  /**
   * Moves files into another folder, which is created if missing. Existing files there are not replaced, and a file that is
   * gone by then is passed over.
   */
  async moveTo(folder: string, names: readonly string[]): Promise<void> {
    try {
      await makeFolder(folder)
      const taken = new Set(await readdir(folder))
      for (const name of names) {
        const free = taken.has(name) ? `${name}.${this.#ids.next()}` : name
        await rename(join(this.folder, name), join(folder, free)).catch(error => {
          if (!isMissing(error)) throw error
        })
      }
    } catch (error) {
      throw toStorageFault(error)
    }
  }

  /** Every name in the folder, including temporary files left by a crash. */
  async list(): Promise<string[]> {
    try {
      return await readdir(this.folder)
    } catch (error) {
      if (isMissing(error)) return []
      throw toStorageFault(error)
    }
  }
}

/** Opens the file at the first read, and closes it at its end or when the reader stops. */
async function* partsOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const part of createReadStream(path)) yield part
}

/** Creates a folder. It is durable once its parent is synced. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made !== dirname(first); made = dirname(made)) await syncFolder(dirname(made))
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
