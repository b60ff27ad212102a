/** Brings a database to this version's schema, with a copy of the old one kept, and refuses one from the future. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { AppError } from '../errors.ts'
import type { Client } from './client.ts'
import { copyName } from './copies.ts'
import { toStorageFault } from './sqlite-faults.ts'

/**
 * Applies what `migrationsFolder` holds and `client`'s file lacks, all or nothing. Before an existing database
 * changes, it is copied beside itself as `before-schema-N.sqlite`. Throws AppError 'database-newer' or 'storage'.
 */
export function bringUpToDate(client: Client, migrationsFolder: string): void {
  const file = client.sqlite.name
  const { found, known } = schemaVersions(client, migrationsFolder)
  if (found > known) throw new AppError('database-newer', { file, found, known })
  if (found === known) return
  try {
    if (found > 0) keepCopy(client, join(dirname(file), copyName(known)))
    migrateOrTell(client, migrationsFolder)
    // Pages that older versions freed without wiping them.
    if (found > 0) client.sqlite.exec('VACUUM')
  } catch (error) {
    throw toStorageFault(error)
  }
}

/**
 * Where the disk is full, SQLite ends the transaction by itself: the migrator's own ROLLBACK then fails, and hides why.
 * https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
 */
function migrateOrTell(client: Client, migrationsFolder: string): void {
  try {
    migrate(client.rows, { migrationsFolder })
  } catch (error) {
    const wasEnded = error instanceof Error && /'ROLLBACK'/.test(error.message)
    if (wasEnded) throw new AppError('storage', { problem: { what: 'disk-full' } }, error)
    throw error
  }
}

/** How many migrations the file has seen, and how many there are. */
export function schemaVersions(client: Client, migrationsFolder: string): { found: number; known: number } {
  return { found: appliedMigrations(client), known: readMigrationFiles({ migrationsFolder }).length }
}

function appliedMigrations(client: Client): number {
  const table = client.sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (table === undefined) return 0
  const count: unknown = client.sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()
  return Number(count)
}

/** A copy from an upgrade that was tried before is as good as a new one: nothing was written since. */
function keepCopy(client: Client, copy: string): void {
  if (!existsSync(copy)) client.sqlite.prepare('VACUUM INTO ?').run(copy)
}
