/** Maps SQLite's errors to faults. */
import { AppError, toAppError } from '../errors/errors.ts'
import type { StorageProblem } from '../errors/storage-problem.ts'

/** SQLite's symbolic code of an error or of its cause, because the query builder wraps errors. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error.code
  return sqliteCode(error.cause)
}

/** Another process holds the write lock, so a retry can succeed. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code?.startsWith('SQLITE_BUSY') === true || code?.startsWith('SQLITE_LOCKED') === true
}

/** The file is not a database, or its pages are inconsistent. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(sqliteCode(error) ?? '')
}

/** Codes for faults of the disk or the file, in contrast to defects of Easel. */
const storageCodes = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED|PERM)/

/** AppError 'storage' for faults of the disk; any other error unchanged. */
export function toStorageFault(error: unknown): AppError {
  const code = sqliteCode(error) ?? systemCode(error)
  if (code !== undefined && (storageCodes.test(code) || diskCodes.has(code))) {
    return new AppError('storage', { problem: problems[code] ?? { what: 'other', code } }, error)
  }
  return toAppError(error)
}

const diskCodes: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EACCES',
  'EPERM',
  'EFBIG',
  'EMFILE',
])

const problems: Readonly<Record<string, StorageProblem>> = {
  SQLITE_FULL: { what: 'disk-full' },
  ENOSPC: { what: 'disk-full' },
  EDQUOT: { what: 'quota-used-up' },
  EROFS: { what: 'disk-read-only' },
  SQLITE_BUSY: { what: 'busy' },
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return 'code' in error && typeof error.code === 'string' ? error.code : systemCode(error.cause)
}
