/**
 * One Easel per data folder: a lock that the operating system holds for the process and drops with it, however the
 * process ends. It is SQLite's own lock on a file of its own; the pid beside it only serves the message.
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
import Sqlite from 'better-sqlite3'
import { AppError } from '../errors.ts'
import { readFileProblem } from '../file-problem.ts'
import { sqliteCode } from './sqlite-faults.ts'

export interface OwnerLock {
  release(): void
}

/** Throws AppError 'data-folder-owned' or 'data-folder-read-only'. Creates the folder where there is none. */
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

/** Level by level: the recursive mkdir of Node never returns where a level that is missing cannot be made (/proc/x). */
function createFolder(folder: string): void {
  if (existsSync(folder)) return
  createFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
    syncFolder(dirname(folder))
  } catch (error) {
    // Another Easel that starts at the same moment may have been faster.
    if (!existsSync(folder)) throw error
  }
}

/** What lies in a folder can be lost with the power as long as the one above does not know of it. */
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
    lock = new Sqlite(join(folder, 'owner.lock'), { timeout: 0 })
    // Never committed: the transaction holds the file lock, and nothing is ever written.
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) {
      throw new AppError('data-folder-owned', { folder, pid: readPid(pidFile) }, error)
    }
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
