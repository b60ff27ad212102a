/**
 * The lock for one Easel per data folder. The operating system releases it when the process ends, however it ends. It is SQLite's
 * lock on a separate file; the pid file beside it is only for the error message.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { AppError, hasCode } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import { openSqlite } from '../open-sqlite.ts'
import { sqliteCode } from '../sqlite-faults.ts'

export interface OwnerLock {
  release(): void
}

/**
 * Locks the data folder, and creates it if it is missing.
 * @throws AppError 'data-folder-owned' when another process holds the lock, 'data-folder-read-only' when it cannot be written,
 * and as openSqlite.
 */
export function ownDataFolder(folder: string): OwnerLock {
  const pidFile = join(folder, 'owner.pid')
  try {
    createFolder(folder)
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw readOnly(folder, error)
  }
  const lock = takeLock(folder, pidFile)
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    lock.close()
    throw readOnly(folder, error)
  }
  return { release: () => lock.close() }
}

/** Whether an Easel runs on the data folder. @throws AppError 'data-folder-read-only' as ownDataFolder. */
export function isOwned(folder: string): boolean {
  try {
    ownDataFolder(folder).release()
    return false
  } catch (error) {
    if (hasCode(error, 'data-folder-owned')) return true
    throw error
  }
}

/** Level by level, because Node's recursive mkdir never returns if a missing level cannot be created (/proc/x). */
function createFolder(folder: string): void {
  if (existsSync(folder)) return
  createFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
    syncFolder(dirname(folder))
  } catch (error) {
    // Another Easel that starts at the same time may have created it.
    if (!existsSync(folder)) throw error
  }
}

/** Syncs a folder, because a power failure loses new entries of a folder that was not synced. */
function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function takeLock(folder: string, pidFile: string): Sqlite.Database {
  let lock: Sqlite.Database | undefined
  try {
    lock = openSqlite(join(folder, 'owner.lock'), { timeout: 0 })
    // The transaction is never committed. It only holds the file lock.
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) {
      throw new AppError('data-folder-owned', { folder, pid: readPid(pidFile) }, error)
    }
    if (hasCode(error, 'native-module')) throw error
    throw readOnly(folder, error)
  }
}

function readOnly(folder: string, error: unknown): AppError {
  return new AppError('data-folder-read-only', { folder, problem: readFileProblem(error) }, error)
}

/** 0 when the owner has not written it yet. */
function readPid(pidFile: string): number {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || 0
  } catch {
    return 0
  }
}
