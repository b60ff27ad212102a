/**
 * The cache file of a network's weights in 8-bit blocks: a safetensors file with the integers and the scales of each matrix.
 * It is made once, and again whenever it is not exactly what this version would write.
 */
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { isAlive } from '../../../common/is-alive.ts'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import type { StoredTensor } from '../safetensors.ts'
import { readTensor } from '../tensor-values.ts'
import { writeAll } from '../write-all.ts'
import { blockSize, blocksOf } from './quantise-rows.ts'
import { writeBlocks } from './write-blocks.ts'

/** Another number makes every file anew. */
const formatVersion = 1

export interface BlockFile {
  readonly file: string
  readonly sizeBytes: number
  /** The matrices in blocks, by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The matrices as the model has them, by name, in the order of the file. */
  readonly originals: ReadonlyMap<string, StoredTensor>
  /** The bytes before the first matrix. */
  readonly header: Buffer
}

/** Called while a file is made. */
export type OnWritten = (doneBytes: number, sizeBytes: number) => void

/** Describes the file for these matrices without reading anything. hash: that of the weights that it is made from. */
export function blockFile(
  file: string,
  hash: string,
  originals: ReadonlyMap<string, StoredTensor>,
): BlockFile {
  const entries: Record<string, unknown> = {
    __metadata__: { format: 'easel-blocks', version: String(formatVersion), hash },
  }
  let end = 0
  const place = (name: string, dtype: 'U8' | 'F32', shape: readonly number[], length: number) => {
    entries[name] = { dtype, shape, data_offsets: [end, end + length] }
    end += length
    return { name, dtype, file, offset: end - length, length }
  }
  const placed = [...originals].map(([name, { shape }]) => {
    const [rows = 0, columns = 0] = shape
    const blocks = blocksOf(columns)
    const integers = place(name, 'U8', [rows, blocks, blockSize], rows * blocks * blockSize)
    const scales = place(`${name}.scales`, 'F32', [rows * blocks], 4 * rows * blocks)
    return { shape, integers, scales: { ...scales, shape: [rows * blocks] } }
  })
  const header = headerBytes(entries)
  const tensors = placed.map(({ shape, integers, scales }): [string, StoredTensor] => [
    integers.name,
    {
      ...integers,
      shape,
      offset: header.length + integers.offset,
      blockScales: { ...scales, offset: header.length + scales.offset },
    },
  ])
  return { file, sizeBytes: header.length + end, tensors: new Map(tensors), originals, header }
}

/** Whether the file is there, whole, of this version and made from these weights. */
export async function isWritten({ file, sizeBytes, header }: BlockFile): Promise<boolean> {
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
export async function ensureWritten(blocks: BlockFile, onWritten: OnWritten = () => {}): Promise<void> {
  if (await isWritten(blocks)) return
  const { file } = blocks
  const unfinished = `${file}.${process.pid}-${threadId}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await removeLeftOvers(file)
    // What cannot be used gives its room back first.
    await rm(file, { force: true, recursive: true })
    await checkRoom(blocks)
    await write(unfinished, blocks, onWritten)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    if (error instanceof AppError) throw error
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
}

/** What processes left that ended while they wrote, by a signal or without power. */
async function removeLeftOvers(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`)) continue
    const [, pid] = /\.(\d+)-\d+\.tmp$/.exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(file), name), { force: true })
  }
}

async function checkRoom({ file, sizeBytes }: BlockFile): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file))
  const freeBytes = bavail * bsize
  if (freeBytes >= sizeBytes) return
  const problem = { what: 'no-room', neededBytes: sizeBytes, freeBytes } as const
  throw new AppError('file', { file, doing: 'write', problem })
}

/** One matrix is in memory at a time. */
async function write(file: string, blocks: BlockFile, onWritten: OnWritten): Promise<void> {
  const { originals, header, sizeBytes } = blocks
  const handle = await open(file, 'wx')
  try {
    let doneBytes = await writeAll(handle, header)
    for (const original of originals.values()) {
      const { shape } = original
      const at = { shape, file, offset: doneBytes }
      const written = await writeBlocks(handle, original.name, await readTensor(original), at)
      doneBytes += written.length + (written.blockScales?.length ?? 0)
      onWritten(doneBytes, sizeBytes)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The length, then JSON, padded with spaces to a multiple of eight bytes. */
function headerBytes(entries: Readonly<Record<string, unknown>>): Buffer {
  const json = Buffer.from(JSON.stringify(entries))
  const padded = Buffer.alloc(8 * Math.ceil(json.length / 8), ' ')
  json.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  return Buffer.concat([length, padded])
}
