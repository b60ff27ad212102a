/** Pictures on the disk of whoever uses the command line: read whole, written whole or not at all. */
import { createHash } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { PictureFormat } from '../engine/image/files/format.ts'
import { AppError } from '../errors.ts'
import { readFileProblem } from '../file-problem.ts'

/** A file as a picture of a work order: its id follows from its bytes, so that the same file makes the same picture. */
export interface PictureFile {
  id: string
  bytes: Uint8Array
}

/** Throws AppError 'file' when it cannot be read. */
export async function readPicture(file: string): Promise<PictureFile> {
  try {
    const bytes = await readFile(file)
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 16), bytes }
  } catch (error) {
    throw new AppError('file', { file, doing: 'read', problem: readFileProblem(error) }, error)
  }
}

/** Throws AppError 'file' where a picture could not be written: to be asked before minutes go into painting it. */
export async function checkWritable(file: string): Promise<void> {
  const partial = partialOf(file)
  try {
    await writeFile(partial, '')
    await rm(partial)
    if (await isFolder(file)) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
  } catch (error) {
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory()
  } catch {
    return false
  }
}

function partialOf(file: string): string {
  return `${file}.part`
}

/** Through a file beside it, so that a picture that was there stays until the new one is whole. */
export async function writePicture(file: string, bytes: Uint8Array): Promise<void> {
  const partial = partialOf(file)
  try {
    await writeFile(partial, bytes)
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
}

const formats: Readonly<Record<string, PictureFormat>> = {
  '': 'png',
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
}

/** What a file's name asks for; undefined where Easel cannot write it. */
export function formatOfName(file: string): PictureFormat | undefined {
  return formats[extname(file).toLowerCase()]
}

/** `out.png` is itself for one picture; for a set out-1.png, out-2.png … */
export function numbered(file: string, index: number, count: number): string {
  if (count === 1) return file
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)}-${index + 1}${extension}`
}

/** `out.png` → `out-refined.png`. */
export function suffixed(file: string, suffix: string): string {
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)}-${suffix}.png`
}
