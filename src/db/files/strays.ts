/** Files that were moved out of the pictures folder because no row owns them: one folder for each day. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { toStorageFault } from '../sqlite-faults.ts'
import type { PictureFiles } from './picture-files.ts'

/** Up to this number, unknown files are accepted whatever their share of the pictures folder. */
const fewFiles = 2

/** Whether so many files of the pictures folder are unknown to the database that the database belongs to another folder. */
export function areMostlyUnknown(unknown: number, files: number): boolean {
  return unknown > fewFiles && unknown * 2 > files
}

export class Strays {
  readonly #folder: string
  readonly #pathFromPictures: string

  constructor(folder: string, picturesFolder: string) {
    this.#folder = folder
    this.#pathFromPictures = relative(picturesFolder, folder)
  }

  /** Moves files into the folder of the day (YYYY-MM-DD), and returns that folder. */
  async add(from: PictureFiles, names: readonly string[], at: number): Promise<string> {
    const folder = join(this.#folder, new Date(at).toISOString().slice(0, 10))
    await from.moveTo(folder, names)
    return folder
  }

  /** The wanted files, named from the pictures folder. Synchronous, so that a transaction can disown them. */
  find(isWanted: (name: string) => boolean): string[] {
    return namesIn(this.#folder).flatMap(day =>
      namesIn(join(this.#folder, day))
        .filter(isWanted)
        .map(name => join(this.#pathFromPictures, day, name)),
    )
  }
}

/** The names in a folder; empty if there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isAbsent(error)) return []
    throw toStorageFault(error)
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
