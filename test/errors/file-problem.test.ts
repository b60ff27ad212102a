import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { readFileProblem } from '../../src/errors/file-problem.ts'

test('a disk that is full is called so, whether the system says it or SQLite', () => {
  const said = [Object.assign(new Error(), { code: 'ENOSPC' }), new Sqlite.SqliteError('', 'SQLITE_FULL')]
  for (const error of said) expect(readFileProblem(error)).toEqual({ what: 'disk-full' })
})
