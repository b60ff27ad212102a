/**
 * A cache file of a network's weights in another form than the model has: a safetensors file. It is made once, and again whenever
 * it is not exactly what this version would write.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { isAlive } from '../../../common/is-alive.ts'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import type { StoredTensor } from '../safetensors.ts'
import { writeAll } from '../write-all.ts'
import { isEarlier } from './file-versions.ts'

export interface WeightFile {
  readonly file: string
  readonly sizeBytes: number
  /** The tensors of the file, by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The same as the model has them, by name, in the order of the file. */
  readonly originals: ReadonlyMap<string, StoredTensor>
  /** The bytes before the first tensor. */
  readonly header: Buffer
  /** Reads a tensor of the model and writes it in the file's form at the file's end; returns its bytes. */
  readonly write: (handle: FileHandle, original: StoredTensor) => Promise<number>
}

/** Called while a file is made. */
export type OnWritten = (doneBytes: number, sizeBytes: number) => void

/** Whether the file is there, whole, of this version and made from these weights. */
export async function isWritten({ file, sizeBytes, header }: WeightFile): Promise<boolean> {
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
 * Postcondition: the file is there, whole. It appears at once under its name, after it is on the disk.
 * @throws AppError 'file' when it cannot be written or has no room, 'model-file' when the weights cannot be read.
 */
export async function ensureWritten(weights: WeightFile, onWritten: OnWritten = () => {}): Promise<void> {
  if (await isWritten(weights)) return
  const { file } = weights
  const unfinished = `${file}.${process.pid}-${threadId}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    // What cannot be used gives its room back first.
    await removeLeftOvers(file)
    await rm(file, { force: true, recursive: true })
    await checkRoom(weights)
    await write(unfinished, weights, onWritten)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    if (error instanceof AppError) throw error
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
}

/**
 * What earlier versions made, and what processes left that ended while they wrote, by a signal or without power. The system may
 * keep one, as a file of somebody else: that is no fault of the new file.
 */
async function removeLeftOvers(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    const [, whole = name, pid] = /^(.+)\.(\d+)-\d+\.tmp$/.exec(name) ?? []
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
async function write(file: string, weights: WeightFile, onWritten: OnWritten): Promise<void> {
  const { originals, header, sizeBytes } = weights
  const handle = await open(file, 'wx')
  try {
    let doneBytes = await writeAll(handle, header)
    for (const original of originals.values()) {
      doneBytes += await weights.write(handle, original)
      onWritten(doneBytes, sizeBytes)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}
