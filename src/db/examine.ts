/** Examines a data folder for doctor, with or without a running server. */
import { existsSync, readdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { databaseFileIn, picturesFolderIn } from './files/data-folder.ts'

export type Examination =
  | { kind: 'none' }
  | { kind: 'damaged' }
  | {
      kind: 'sound'
      pictures: number
      /** Pictures without a file. */
      missing: number
      /** Files that are unknown to the database. */
      unknown: number
      /** Results that reached nobody, because every method was refused. */
      undelivered: number
      /** The names of paused devices. */
      paused: string[]
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
      undelivered: undeliveredIn(sqlite),
      paused: pausedIn(sqlite),
    }
  } catch {
    return { kind: 'damaged' }
  } finally {
    sqlite?.close()
  }
}

function undeliveredIn(sqlite: Sqlite.Database): number {
  if (!hasTable(sqlite, 'deliveries')) return 0
  return Number(sqlite.prepare("SELECT count(*) FROM deliveries WHERE end = 'undeliverable'").pluck().get())
}

function pausedIn(sqlite: Sqlite.Database): string[] {
  if (!hasTable(sqlite, 'paused_devices')) return []
  return sqlite.prepare('SELECT name FROM paused_devices ORDER BY name').pluck().all().map(String)
}

/** A database of an earlier version lacks tables. */
function hasTable(sqlite: Sqlite.Database, name: string): boolean {
  return sqlite.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined
}

function picturesIn(folder: string): ReadonlySet<string> {
  return new Set(existsSync(folder) ? readdirSync(folder) : [])
}
