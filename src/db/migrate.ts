/** Migrates a database to this version's schema, keeps a copy of the old one, and refuses a newer schema. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { AppError } from '../errors/errors.ts'
import type { Client } from './client.ts'
import { copyName } from './files/copies.ts'
import { toStorageFault } from './sqlite-faults.ts'

/**
 * Applies the missing migrations of `migrationsFolder` to `client`'s file, all or none. An existing database is first
 * copied beside itself as `before-schema-N.sqlite`.
 * @throws AppError 'database-newer' when the schema is newer, 'storage' when the disk is at fault.
 */
export function migrateDatabase(client: Client, migrationsFolder: string): void {
  const file = client.sqlite.name
  const { found, known } = schemaVersions(client, migrationsFolder)
  if (found > known) throw new AppError('database-newer', { file, found, known })
  if (found === known) return
  try {
    if (found > 0) keepCopy(client, join(dirname(file), copyName(known)))
    migrateOrExplain(client, migrationsFolder)
    // Wipes pages that older versions freed without wiping.
    if (found > 0) client.sqlite.exec('VACUUM')
  } catch (error) {
    throw toStorageFault(error)
  }
}

/**
 * If the disk is full, SQLite ends the transaction by itself. The migrator's own ROLLBACK then fails and hides the cause.
 * https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
 */
function migrateOrExplain(client: Client, migrationsFolder: string): void {
  try {
    migrate(client.query, { migrationsFolder })
  } catch (error) {
    const wasEnded = error instanceof Error && /'ROLLBACK'/.test(error.message)
    if (wasEnded) throw new AppError('storage', { problem: { what: 'disk-full' } }, error)
    throw error
  }
}

/** The number of migrations applied to the file, and the number of existing ones. */
export function schemaVersions(
  client: Pick<Client, 'sqlite'>,
  migrationsFolder: string,
): { found: number; known: number } {
  return { found: appliedMigrations(client), known: readMigrationFiles({ migrationsFolder }).length }
}

function appliedMigrations(client: Pick<Client, 'sqlite'>): number {
  const table = client.sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (table === undefined) return 0
  const count: unknown = client.sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()
  return Number(count)
}

/** A copy from an earlier attempt is still valid, because nothing was written since. */
function keepCopy(client: Client, copy: string): void {
  if (!existsSync(copy)) client.sqlite.prepare('VACUUM INTO ?').run(copy)
}
