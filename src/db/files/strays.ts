/** Files that were moved out of the pictures folder because no row owns them: one folder for each day. */
import { join } from 'node:path'
import type { Ids } from '../../system/ports.ts'
import { accountOf } from '../repositories/account.ts'
import type { Forgotten } from './copies.ts'
import { isGivenBy, jobOfPainted } from './file-names.ts'
import { PictureFiles } from './picture-files.ts'

export class Strays {
  readonly #folder: string
  readonly #ids: Ids

  constructor(folder: string, ids: Ids) {
    this.#folder = folder
    this.#ids = ids
  }

  /** Moves files into the folder of the day (YYYY-MM-DD), and returns that folder. */
  async add(from: PictureFiles, names: readonly string[], at: number): Promise<string> {
    const folder = join(this.#folder, new Date(at).toISOString().slice(0, 10))
    await from.moveTo(folder, names)
    return folder
  }

  /**
   * Deletes what these jobs painted, since a forgotten prompt is also in the pictures that were moved, and what a forgotten
   * person gave.
   */
  async remove(forgotten: Forgotten, jobIds: readonly string[]): Promise<void> {
    const jobs = new Set(jobIds)
    const account = 'person' in forgotten ? accountOf(forgotten.person) : undefined
    const isForgotten = (name: string) =>
      jobs.has(jobOfPainted(name) ?? '') || (account !== undefined && isGivenBy(account, name))
    for (const day of await this.#open('').list()) {
      const files = this.#open(day)
      const names = await files.list()
      await files.remove(names.filter(isForgotten))
    }
  }

  #open(day: string): PictureFiles {
    return new PictureFiles(join(this.#folder, day), this.#ids)
  }
}
