/** Problems of files and folders, as codes with facts; words/ has their sentences. */
import { z } from 'zod'
import { errorCode } from './error-code.ts'

/** Problems by the error code of the system or of SQLite. Other errors are reported with their code. */
const codes = {
  ENOENT: 'missing',
  EACCES: 'not-allowed',
  EPERM: 'not-allowed',
  EISDIR: 'folder',
  EFBIG: 'too-large',
  ELOOP: 'link-circle',
  ENAMETOOLONG: 'long-name',
  ENOTDIR: 'no-folder',
  EROFS: 'disk-read-only',
  ENOSPC: 'disk-full',
  SQLITE_FULL: 'disk-full',
} as const

export const fileProblem = z.discriminatedUnion('what', [
  z.object({ what: z.enum(Object.values(codes)) }),
  /** In the place of a folder. */
  z.object({ what: z.literal('file') }),
  /** Known before anything is written. */
  z.object({ what: z.literal('no-room'), neededBytes: z.number(), freeBytes: z.number() }),
  z.object({ what: z.literal('other'), code: z.string() }),
])

export type FileProblem = z.infer<typeof fileProblem>

/** The problem that an error of node:fs or SQLite stands for. */
export function readFileProblem(error: unknown): FileProblem {
  const code = errorCode(error)
  return isKnown(code) ? { what: codes[code] } : { what: 'other', code }
}

function isKnown(code: string): code is keyof typeof codes {
  return Object.hasOwn(codes, code)
}
