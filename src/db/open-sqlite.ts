/** Opens SQLite files with the native module, which Node loads for the first of them. */
import Sqlite from 'better-sqlite3'
import { AppError } from '../errors/errors.ts'

/**
 * Opens a file. Errors of SQLite itself have its own codes (sqlite-faults.ts).
 * @throws AppError 'native-module' when the module was installed for another version of Node, or cannot be loaded otherwise.
 */
export function openSqlite(file: string, options?: Sqlite.Options): Sqlite.Database {
  try {
    return new Sqlite(file, options)
  } catch (error) {
    const isUnloadable = error instanceof Error && 'code' in error && error.code === 'ERR_DLOPEN_FAILED'
    if (!isUnloadable) throw error
    throw new AppError('native-module', { module: 'better-sqlite3', node: process.versions.node }, error)
  }
}
