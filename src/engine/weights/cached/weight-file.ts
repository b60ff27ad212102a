/**
 * A cache file: a safetensors file with a network's weights in another form than the model's. It is written once, and again if its
 * header differs from that of this version, or if its bytes are damaged.
 */
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { isAlive } from '../../../common/is-alive.ts'
import { errorCode } from '../../../errors/error-code.ts'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { StoredTensor } from '../safetensors.ts'
import { type ByteSink, hashing, writeAll } from '../write-all.ts'
import { isEarlier } from './file-versions.ts'
import { isKnownSound, isSound, newChecksum, noteSound, ofNote } from './soundness.ts'

export interface WeightFile {
  readonly file: string
  readonly sizeBytes: number
  /** The tensors of the file, by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The model's own tensors by name, in the order of the file. */
  readonly originals: ReadonlyMap<string, StoredTensor>
  /** The bytes before the first tensor. */
  readonly header: Buffer
  /** Reads a tensor of the model and writes it in the file's form; returns its bytes. */
  readonly write: (sink: ByteSink, original: StoredTensor) => Promise<number>
}

/** Progress of the work before a file can be used. */
export interface WeightFileProgress {
  /** Called before a changed file is checked for damage, which reads all of it. */
  reading(): void
  /** Called before the first byte of a new file. */
  begin(): void
  written(doneBytes: number, sizeBytes: number): void
  end(): void
}

/** Whether the file exists, is complete, is of this version and these weights, and is undamaged. */
export async function isWritten(
  weights: WeightFile,
  progress: Partial<WeightFileProgress> = {},
): Promise<boolean> {
  if (!(await isComplete(weights))) return false
  const { file } = weights
  const found = await fingerprintOf(file).catch(() => undefined)
  if (!found) return false
  const { fingerprint } = found
  if (await isKnownSound(file, fingerprint)) return true
  progress.reading?.()
  if (!(await isSound(weights))) return false
  await noteSound(file, fingerprint)
  return true
}

/** As isWritten, without checking the bytes of its tensors. */
export async function isComplete({ file, sizeBytes, header }: WeightFile): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (!handle) return false
  try {
    const found = Buffer.alloc(header.length)
    await handle.read(found, 0, found.length, 0)
    return (await handle.stat()).size === sizeBytes && found.equals(header)
  } catch {
    return false
  } finally {
    await handle.close()
  }
}

/**
 * Postcondition: the complete file is on the disk. It gets its name in one step, after all bytes are on the disk.
 * @throws AppError 'file' when it cannot be written or has no room, 'model-file' when the weights cannot be read.
 */
export async function ensureWritten(
  weights: WeightFile,
  progress: Partial<WeightFileProgress> = {},
): Promise<void> {
  if (await isWritten(weights, progress)) return
  progress.begin?.()
  try {
    await makeFolder(dirname(weights.file))
    await make(weights, progress)
  } finally {
    progress.end?.()
  }
}

/** Creates the folder. @throws AppError 'file' when that fails; the problem names a file in the folder's place. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    // The system's error code for a file in the folder's place.
    const isFile = errorCode(error) === 'EEXIST'
    const problem = isFile ? ({ what: 'file' } as const) : readFileProblem(error)
    throw new AppError('file', { file: folder, doing: 'write', problem }, error)
  }
}

async function make(weights: WeightFile, progress: Partial<WeightFileProgress>): Promise<void> {
  const { file } = weights
  const unfinished = `${file}.${process.pid}-${threadId}.tmp`
  try {
    // An unusable file is deleted first, to free its space.
    await removeLeftOvers(file)
    await rm(file, { force: true, recursive: true })
    await checkRoom(weights)
    await write(unfinished, weights, progress)
    await rename(unfinished, file)
    await noteSound(file, (await fingerprintOf(file)).fingerprint)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    if (error instanceof AppError) throw error
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
}

/**
 * Deletes the files of earlier versions, and the partial files of processes that ended while they wrote. A file that cannot be
 * deleted, for example another user's, is left.
 */
async function removeLeftOvers(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    const [, written = name, pid] = /^(.+)\.(\d+)-\d+\.tmp$/.exec(name) ?? []
    const whole = ofNote(written) ?? written
    const isReplaced = isEarlier(whole, file)
    if (whole !== basename(file) && !isReplaced) continue
    const isLeft = pid === undefined ? isReplaced : !isAlive(Number(pid))
    if (isLeft) await rm(join(dirname(file), name), { force: true }).catch(() => undefined)
  }
}

async function checkRoom({ file, sizeBytes }: WeightFile): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file))
  const freeBytes = bavail * bsize
  if (freeBytes >= sizeBytes) return
  const problem = { what: 'no-room', neededBytes: sizeBytes, freeBytes } as const
  throw new AppError('file', { file, doing: 'write', problem })
}

/** One tensor is in memory at a time. */
async function write(
  file: string,
  weights: WeightFile,
  { written }: Partial<WeightFileProgress>,
): Promise<void> {
  const { originals, header, sizeBytes } = weights
  const handle = await open(file, 'wx')
  try {
    const checksum = newChecksum()
    const sink = hashing(handle, checksum)
    let doneBytes = await writeAll(sink, header)
    for (const original of originals.values()) {
      doneBytes += await weights.write(sink, original)
      written?.(doneBytes, sizeBytes)
    }
    doneBytes += await writeAll(handle, checksum.digest())
    written?.(doneBytes, sizeBytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
