/** A data folder looked at from outside, beside a server or without one, for whoever asks what is wrong with it. */
import { existsSync, readdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { databaseFileIn, picturesFolderIn } from './data-folder.ts'

export type Examination =
  | { kind: 'none' }
  | { kind: 'damaged' }
  | {
      kind: 'sound'
      pictures: number
      /** Pictures whose file is not there. */
      missing: number
      /** Files that the database does not know. */
      unknown: number
    }

/** Reads the whole database: every page, every index, every reference. */
export function examine(dataDir: string): Examination {
  const file = databaseFileIn(dataDir)
  if (!existsSync(file)) return { kind: 'none' }
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = new Sqlite(file, { readonly: true })
    const sound = sqlite.pragma('integrity_check(1)', { simple: true }) === 'ok'
    const dangling = sqlite.prepare('SELECT 1 FROM pragma_foreign_key_check LIMIT 1').get()
    if (!sound || dangling !== undefined) return { kind: 'damaged' }
    const known = new Set(sqlite.prepare('SELECT file FROM pictures').pluck().all().map(String))
    const files = picturesIn(picturesFolderIn(dataDir))
    return {
      kind: 'sound',
      pictures: known.size,
      missing: [...known].filter(name => !files.has(name)).length,
      unknown: [...files].filter(name => !known.has(name)).length,
    }
  } catch {
    return { kind: 'damaged' }
  } finally {
    sqlite?.close()
  }
}

function picturesIn(folder: string): ReadonlySet<string> {
  return new Set(existsSync(folder) ? readdirSync(folder) : [])
}
