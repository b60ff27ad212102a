/** Restricts the data folder's permissions to its owner, because prompts and pictures are personal data. */
import { chmodSync, closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const fileMode = 0o600
const folderMode = 0o700
/** The permission bits of group and others. */
const othersMask = 0o077

/** Creates an empty private file if it is missing. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', fileMode))
}

/**
 * Removes the permissions of group and others from a folder and its direct entries. Returns the entries for which that
 * failed: files of another owner, on a file system without permissions, or links in a loop.
 */
export function makePrivate(folder: string): string[] {
  const paths = [folder, ...readdirSync(folder).map(name => join(folder, name))]
  return paths.filter(path => {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (!stats || (stats.mode & othersMask) === 0) return false
      chmodSync(path, stats.isDirectory() ? folderMode : fileMode)
      return (statSync(path).mode & othersMask) !== 0
    } catch {
      return true
    }
  })
}
