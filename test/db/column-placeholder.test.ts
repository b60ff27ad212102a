/** Prepared statements store what the columns of drizzle would, and read lists of any length. */

import Sqlite from 'better-sqlite3'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { columnPlaceholder, isInJson } from '../../src/db/column-placeholder.ts'
import { json } from '../../src/db/records/json-column.ts'

const notes = sqliteTable('notes', { id: integer().primaryKey(), document: json() })

function openNotes() {
  const sqlite = new Sqlite(':memory:')
  sqlite.exec('CREATE TABLE notes (id integer PRIMARY KEY, document text)')
  const rows = drizzle(sqlite)
  const document = columnPlaceholder('document', notes.document)
  return {
    stored: () => sqlite.prepare('SELECT document FROM notes ORDER BY id').pluck().all(),
    add: rows
      .insert(notes)
      .values({ id: sql.placeholder('id'), document })
      .prepare(),
    set: rows
      .update(notes)
      .set({ document })
      .where(eq(notes.id, sql.placeholder('id')))
      .prepare(),
    ofIds: rows.select().from(notes).where(isInJson(notes.id, 'ids')).prepare(),
  }
}

test('a document is stored as its JSON, and null as null, in an insert and in an update', () => {
  const { add, set, stored } = openNotes()
  add.run({ id: 1, document: { words: ['a'] } })
  add.run({ id: 2, document: null })
  expect(stored()).toEqual(['{"words":["a"]}', null])
  set.run({ id: 1, document: null })
  set.run({ id: 2, document: ['b', null] })
  expect(stored()).toEqual([null, '["b",null]'])
})

test.each<[string, number[]]>([
  ['an empty list', []],
  ['a list of one', [2]],
  ['a list of some', [1, 3]],
  ['a list of more values than a statement takes', Array.from({ length: 40_000 }, (_, i) => i + 2)],
])('%s finds the rows whose value is in it', (_, ids) => {
  const { add, ofIds } = openNotes()
  for (const id of [1, 2, 3]) add.run({ id, document: id })
  const found = ofIds.all({ ids: JSON.stringify(ids) }).map(row => row.id)
  expect(found).toEqual([1, 2, 3].filter(id => ids.includes(id)))
})
