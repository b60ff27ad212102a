/** What lies in the data folder is its owner's alone: prompts and pictures are personal data. */
import { chmodSync, closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const fileMode = 0o600
const folderMode = 0o700
/** The rights of everybody but the owner. */
const othersMask = 0o077

/** Makes an empty file where there is none. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', fileMode))
}

/**
 * Takes the rights of others away from a folder and from what lies directly in it. Returns what others still have rights
 * to: files of another owner, or of a file system without rights.
 */
export function keepPrivate(folder: string): string[] {
  const paths = [folder, ...readdirSync(folder).map(name => join(folder, name))]
  return paths.filter(path => {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats || (stats.mode & othersMask) === 0) return false
    try {
      chmodSync(path, stats.isDirectory() ? folderMode : fileMode)
    } catch {
      return true
    }
    return (statSync(path).mode & othersMask) !== 0
  })
}
