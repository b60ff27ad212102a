/** The paths in the data folder. */
import { join } from 'node:path'

export function databaseFileIn(dataDir: string): string {
  return join(dataDir, 'easel.sqlite')
}

export function picturesFolderIn(dataDir: string): string {
  return join(dataDir, 'pictures')
}

/** The folder for files that no row of the database owned at a start. */
export function straysFolderIn(dataDir: string): string {
  return join(dataDir, 'strays')
}
