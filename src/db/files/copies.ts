/** The copies of the database that upgrades leave beside it. Deletions are applied to them too. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { openSqlite } from '../open-sqlite.ts'
import { accountOf, isGlobal } from '../repositories/account.ts'
import type { Identity } from '../repositories/documents.ts'
import { toStorageFault } from '../sqlite-faults.ts'

/** The data to delete: everything of a person, or single jobs. */
export type Forgotten = { person: Identity } | { jobIds: readonly string[] }

/** The name of the copy that is made before a database is migrated to schema `version`. */
export function copyName(version: number): string {
  return `before-schema-${version}.sqlite`
}

export function copiesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => /^before-schema-\d+\.sqlite$/.test(name))
    .map(name => join(folder, name))
}

/** Deletes the jobs from a copy, with all dependent rows. @throws AppError 'storage' when the copy cannot be written. */
export function forgetInCopy(file: string, forgotten: Forgotten): void {
  let sqlite: Sqlite.Database | undefined
  try {
    // No wait for readers of the copy, because it would block the event loop.
    sqlite = openSqlite(file, { fileMustExist: true, timeout: 0 })
    for (const setting of ['journal_mode = DELETE', 'foreign_keys = ON', 'secure_delete = ON']) {
      sqlite.pragma(setting)
    }
    sqlite.transaction(erase)(sqlite, forgotten)
  } catch (error) {
    throw toStorageFault(error)
  } finally {
    sqlite?.close()
  }
}

/** Uses plain SQL over columns of the first schema, because a copy has an older schema. */
function erase(sqlite: Sqlite.Database, forgotten: Forgotten): void {
  const hasPending = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'pending_answers'").get()
  if ('jobIds' in forgotten) {
    const ids = JSON.stringify(forgotten.jobIds)
    const theirs = 'jobs WHERE id IN (SELECT value FROM json_each(?))'
    if (hasPending !== undefined) {
      const eventIds = `SELECT event_id FROM ${theirs}`
      sqlite
        .prepare(`DELETE FROM pending_answers WHERE json_extract(document, '$.eventId') IN (${eventIds})`)
        .run(ids)
    }
    sqlite.prepare(`DELETE FROM ${theirs}`).run(ids)
    return
  }
  const { platform, spaceId, userId } = forgotten.person
  const people = `(SELECT id FROM people WHERE platform = ? AND user_id = ? AND (space_id = ? OR ?))`
  const who = [platform, userId, spaceId, isGlobal(platform) ? 1 : 0]
  sqlite.prepare(`DELETE FROM jobs WHERE person_id IN ${people}`).run(who)
  sqlite.prepare(`UPDATE people SET name = '', settings = '{}' WHERE id IN ${people}`).run(who)
  if (hasPending === undefined) return
  sqlite.prepare('DELETE FROM pending_answers WHERE account = ?').run(accountOf(forgotten.person))
}
