/** Picture files of the command line: reads them, and derives the format from a name. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import type { PictureFormat } from '../../engine/image/files/format.ts'
import { AppError } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import type { Surroundings } from '../session.ts'

/** A file as a picture of a work order. Its id derives from its bytes, so the same file gives the same result. */
export interface PictureFile {
  id: string
  bytes: Uint8Array
}

/** The maximum size of a picture file, because a device such as /dev/zero has no end. */
const maxFileBytes = 512 * 1024 * 1024

/** The name of standard input as a file to read. */
const standardInput = '-'

/** The bytes of a file, a pipe or standard input. @throws AppError 'file' when it cannot be read. */
export async function readPicture(
  file: string,
  surroundings: Pick<Surroundings, 'stdin'>,
): Promise<PictureFile> {
  try {
    const bytes = await readWithin(
      file === standardInput ? surroundings.stdin : createReadStream(file),
      maxFileBytes,
    )
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 16), bytes }
  } catch (error) {
    throw new AppError('file', { file, doing: 'read', problem: readFileProblem(error) }, error)
  }
}

/** Reads at most `limitBytes`. @throws Error 'EFBIG' when there are more bytes. */
async function readWithin(stream: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let left = limitBytes
  for await (const part of stream) {
    left -= part.byteLength
    if (left < 0) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const formats: Readonly<Record<string, PictureFormat>> = {
  '': 'png',
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
}

/** The format of a file name; undefined if Easel cannot write it. */
export function formatOfName(file: string): PictureFormat | undefined {
  return formats[extname(file).toLowerCase()]
}

/** `out.png` → `out-refined.png`, which is that of standard input too. */
export function withSuffix(file: string, suffix: string): string {
  if (file === standardInput) return withSuffix('out.png', suffix)
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)}-${suffix}.png`
}
