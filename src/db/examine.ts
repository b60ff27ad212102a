/** Examines a data folder for doctor, with or without a running server. */
import { existsSync, readdirSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import { AppError, hasCode } from '../errors/errors.ts'
import { databaseFileIn, picturesFolderIn } from './files/data-folder.ts'
import { finalName, jobOfPainted } from './files/file-names.ts'
import { areMostlyUnknown } from './files/strays.ts'
import { schemaVersions } from './migrate.ts'
import { openSqlite } from './open-sqlite.ts'

export type Examination =
  | { kind: 'none' }
  | { kind: 'damaged' }
  /** The folder is one that a start refuses. */
  | { kind: 'refused'; why: AppError }
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
export function examine(dataDir: string, migrationsFolder: string): Examination {
  const file = databaseFileIn(dataDir)
  const files = picturesIn(picturesFolderIn(dataDir))
  if (!existsSync(file)) return refusalOfStrays(dataDir, files.size, files.size) ?? { kind: 'none' }
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(file, { readonly: true })
    const sound = sqlite.pragma('integrity_check(1)', { simple: true }) === 'ok'
    const dangling = sqlite.prepare('SELECT 1 FROM pragma_foreign_key_check LIMIT 1').get()
    if (!sound || dangling !== undefined) return { kind: 'damaged' }
    const { found, known } = schemaVersions({ sqlite }, migrationsFolder)
    if (found > known) return { kind: 'refused', why: new AppError('database-newer', { file, found, known }) }
    const pictures = namesIn(sqlite, 'SELECT file FROM pictures')
    const strays = straysIn(
      sqlite,
      [...files].filter(name => !pictures.has(name)),
    )
    const refusal = refusalOfStrays(dataDir, strays.length, files.size)
    if (refusal) return refusal
    return {
      kind: 'sound',
      pictures: pictures.size,
      missing: [...pictures].filter(name => !files.has(name)).length,
      unknown: strays.length,
      undelivered: undeliveredIn(sqlite),
      paused: pausedIn(sqlite),
    }
  } catch (error) {
    if (hasCode(error, 'native-module')) throw error
    return { kind: 'damaged' }
  } finally {
    sqlite?.close()
  }
}

/** The refusal of a folder with mostly unknown files, by the same rule as at a start. */
function refusalOfStrays(dataDir: string, unknown: number, files: number): Examination | undefined {
  if (!areMostlyUnknown(unknown, files)) return undefined
  const facts = { folder: picturesFolderIn(dataDir), unknown, files }
  return { kind: 'refused', why: new AppError('pictures-unknown', facts) }
}

/** The files without a row: of no job and of no pending question, and not about to be removed. */
function straysIn(sqlite: Sqlite.Database, unowned: readonly string[]): string[] {
  const jobs = namesIn(sqlite, 'SELECT id FROM jobs')
  const others = ['unowned_files', 'pending_files'].filter(table => hasTable(sqlite, table))
  const known = new Set(others.flatMap(table => [...namesIn(sqlite, `SELECT file FROM ${table}`)]))
  return unowned.map(finalName).filter(name => !known.has(name) && !jobs.has(jobOfPainted(name) ?? ''))
}

function namesIn(sqlite: Sqlite.Database, query: string): ReadonlySet<string> {
  return new Set(sqlite.prepare(query).pluck().all().map(String))
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
