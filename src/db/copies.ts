/** The copies of the database that upgrades leave beside it: they forget with it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { accountOf, isGlobal } from './account.ts'
import type { Identity } from './documents.ts'
import { toStorageFault } from './sqlite-faults.ts'

/** Whose words go: everything of a person, or single jobs. */
export type Forgotten = { person: Identity } | { jobIds: readonly string[] }

/** The copy that is kept before a database gets schema `version`. */
export function copyName(version: number): string {
  return `before-schema-${version}.sqlite`
}

export function copiesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => /^before-schema-\d+\.sqlite$/.test(name))
    .map(name => join(folder, name))
}

/** Takes the jobs out of a copy, with everything that hangs on them. Throws AppError 'storage'. */
export function forgetInCopy(file: string, forgotten: Forgotten): void {
  let sqlite: Sqlite.Database | undefined
  try {
    // Whoever reads the copy now is not waited for: the event loop would wait too.
    sqlite = new Sqlite(file, { fileMustExist: true, timeout: 0 })
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

/** In plain SQL over what has been there since the first schema: a copy has an older one. */
function erase(sqlite: Sqlite.Database, forgotten: Forgotten): void {
  if ('jobIds' in forgotten) {
    sqlite
      .prepare('DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(forgotten.jobIds))
    return
  }
  const { platform, spaceId, userId } = forgotten.person
  const people = `(SELECT id FROM people WHERE platform = ? AND user_id = ? AND (space_id = ? OR ?))`
  const who = [platform, userId, spaceId, isGlobal(platform) ? 1 : 0]
  sqlite.prepare(`DELETE FROM jobs WHERE person_id IN ${people}`).run(who)
  sqlite.prepare(`UPDATE people SET name = '', settings = '{}' WHERE id IN ${people}`).run(who)
  const pending = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'pending_answers'").get()
  if (pending === undefined) return
  sqlite.prepare('DELETE FROM pending_answers WHERE account = ?').run(accountOf(forgotten.person))
}
