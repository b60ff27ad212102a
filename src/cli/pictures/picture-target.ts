/** The targets of the command line's pictures: files (written atomically), devices, pipes, and standard output. */
import type { Stats } from 'node:fs'
import { access, constants, open, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, extname, isAbsolute } from 'node:path'
import { isMissing } from '../../errors/error-code.ts'
import { AppError } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import type { Random } from '../../system/ports.ts'

export interface PictureTarget {
  readonly isStandardOutput: boolean
  /** Writes the next picture of the set and returns its name. @throws AppError 'file' when it cannot be written. */
  write(bytes: Uint8Array): Promise<string>
}

/** `-`, or the path of standard output, which must not be opened again: that would truncate the file behind it. */
const standardOutput = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])

/**
 * The target for `count` pictures; undefined if it has room for only one. Called before painting begins. random: for the names
 * of temporary files.
 * @throws AppError 'file' when a picture could not be written.
 */
export async function openTarget(
  file: string,
  count: number,
  { random, stdout }: { random: Random; stdout: NodeJS.WritableStream },
): Promise<PictureTarget | undefined> {
  if (standardOutput.has(file)) return count === 1 ? outputTarget(file, stdout) : undefined
  const there = await lookAt(file).catch(error => {
    throw writeFault(file, error)
  })
  const isOpenEnded = there !== undefined && !there.isFile() && !there.isDirectory()
  if (isOpenEnded && count > 1) return undefined
  const files = Array.from({ length: count }, (_, i) => numberFile(file, i, count))
  for (const one of files) await checkWritable(one, random)
  let written = 0
  return {
    isStandardOutput: false,
    async write(bytes) {
      const name = files[written] ?? file
      await writePicture(name, bytes, random)
      written += 1
      return name
    },
  }
}

function outputTarget(file: string, stdout: NodeJS.WritableStream): PictureTarget {
  return {
    isStandardOutput: true,
    write: bytes =>
      new Promise((resolve, reject) => {
        stdout.write(bytes, error => (error ? reject(writeFault(file, error)) : resolve(file)))
      }),
  }
}

async function checkWritable(file: string, random: Random): Promise<void> {
  try {
    // The temporary file beside it could be written.
    if (file === '') throw Object.assign(new Error('no name'), { code: 'ENOENT' })
    const there = await lookAt(file)
    if (there?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    if (there) await access(file, constants.W_OK)
    if (there && !there.isFile()) return
    const partial = partialOf(await targetOf(file), random)
    await writeFile(partial, '', { flag: 'wx' })
    await rm(partial)
  } catch (error) {
    throw writeFault(file, error)
  }
}

/**
 * Writes to a temporary file and renames it, so an existing picture stays until the new one is complete. Only regular files
 * are replaced; devices and named pipes are written to directly.
 */
async function writePicture(file: string, bytes: Uint8Array, random: Random): Promise<void> {
  try {
    const there = await lookAt(file)
    if (there && !there.isFile()) return await writeFile(file, bytes)
    await replaceFile(await targetOf(file), bytes, random)
  } catch (error) {
    throw writeFault(file, error)
  }
}

async function replaceFile(file: string, bytes: Uint8Array, random: Random): Promise<void> {
  const partial = partialOf(file, random)
  const opened = await open(partial, 'wx')
  // The file is this call's own from here on, and is removed after a failure.
  try {
    await opened.writeFile(bytes).finally(() => opened.close())
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** The status of the file at that path, links followed; undefined if there is none. */
async function lookAt(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * A link is kept, and its target is replaced, or created if it is missing. The system reads a relative target from the folder where
 * the link really is, and follows links before it goes up by `..`, so the path is not shortened as text.
 */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file)
  } catch {
    const target = await readlink(file).catch(() => undefined)
    if (target === undefined) return file
    return targetOf(isAbsolute(target) ? target : `${await realpath(dirname(file))}/${target}`)
  }
}

/** A new temporary name, so that the file of a killed run does not matter. */
function partialOf(file: string, random: Random): string {
  return `${file}.${random.uint32().toString(16)}.part`
}

/** `out.png` for one picture; out-1.png, out-2.png and so on for a set. */
function numberFile(file: string, index: number, count: number): string {
  if (count === 1) return file
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)}-${index + 1}${extension}`
}

function writeFault(file: string, error: unknown): AppError {
  return new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
}
