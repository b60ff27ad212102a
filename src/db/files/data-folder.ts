/** The paths in the data folder. */
import { join } from 'node:path'

export function databaseFileIn(dataDir: string): string {
  return join(dataDir, 'easel.sqlite')
}

export function picturesFolderIn(dataDir: string): string {
  return join(dataDir, 'pictures')
}

/** The folder for files that were unknown to the database at a start, by the day of that start (YYYY-MM-DD). */
export function straysFolderIn(dataDir: string, at: number): string {
  return join(dataDir, 'strays', new Date(at).toISOString().slice(0, 10))
}
