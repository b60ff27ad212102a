/** Reads the header of a .safetensors file and checks every value in it against the file itself. */
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { AppError } from '../../errors/errors.ts'
import type { Arrangement } from './arrangements/arrangement.ts'
import { checkRegular, unreadableFile } from './config-file.ts'
import { bytesPerElement, type DType } from './dtype.ts'
import { foreignFormat } from './foreign-format.ts'
import { type HeaderEntry, HeaderRefusal, parseHeader } from './header-parser.ts'

/** The location of one tensor, sufficient for mapping it without reading it. */
export interface StoredTensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Absolute path without symbolic links. */
  readonly file: string
  /** Bytes from the start of the file. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
  /** The file holds the transpose of `shape`; only for matrices. */
  readonly isTransposed?: boolean
  /** A single number that multiplies every value (scaled float8). */
  readonly scale?: StoredTensor
  /** The file holds 8-bit blocks (quantised/quantise-rows.ts), with these scales; only for matrices of linear layers. */
  readonly blockScales?: StoredTensor
  /** The file holds the weight in this arrangement. */
  readonly arrangement?: Arrangement
}

/** The content of a header: the tensors by name, in the order of their bytes, and the file's metadata. */
export interface SafetensorsHeader {
  readonly tensors: Map<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** SDXL's largest header (the Base U-Net) is about 0.2 MB. The format's own limit of 100 MB is too large for untrusted files. */
const maxHeaderBytes = 10 * 1024 * 1024
const lengthFieldBytes = 8

/** Random access to a file's bytes. */
export interface RandomAccess {
  readonly sizeBytes: number
  /** Returns exactly the requested bytes, which must be inside the file. */
  read(position: number, length: number): Promise<Buffer>
}

/** The tensors of a .safetensors file by name, in the order of their bytes. @throws as readSafetensorsHeader. */
export async function readSafetensors(path: string): Promise<Map<string, StoredTensor>> {
  return (await readSafetensorsHeader(path)).tensors
}

/**
 * Reads only the header.
 * Rules: those of the format's reference reader (every byte belongs to exactly one tensor), no duplicate key, no `__proto__`.
 *
 * @example
 * const { tensors } = await readSafetensorsHeader('unet/diffusion_pytorch_model.safetensors')
 * tensors.get('conv_in.weight') // { dtype: 'F32', shape: [320, 4, 3, 3], file, offset, length }
 *
 * @throws AppError 'model-file' when the file is missing, truncated or invalid; names the file and the problem.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  try {
    const file = await realpath(path)
    await checkRegular(file)
    const handle = await open(file, 'r')
    try {
      const { size: sizeBytes } = await handle.stat()
      const read = (position: number, length: number) => readExactly(handle, position, length)
      return await readSafetensorsFrom({ sizeBytes, read }, file)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof HeaderRefusal)
      throw new AppError('model-file', { file: path, problem: error.problem }, error)
    throw error instanceof AppError ? error : unreadableFile(path, error)
  }
}

/** As readSafetensorsHeader, for bytes from any source. file: the path in the tensors. @throws Refusal when invalid. */
export async function readSafetensorsFrom(bytes: RandomAccess, file: string): Promise<SafetensorsHeader> {
  const { header, dataStart } = await readHeader(bytes)
  const { entries, metadata } = parseHeader(header)
  return { tensors: tensorsOf(entries, file, dataStart, bytes.sizeBytes), metadata }
}

async function readHeader(file: RandomAccess): Promise<{ header: Buffer; dataStart: number }> {
  const start = await file.read(0, Math.min(file.sizeBytes, 64))
  const format = foreignFormat(start)
  if (format) throw new HeaderRefusal({ what: 'foreign', format })
  if (file.sizeBytes < lengthFieldBytes + 2)
    throw new HeaderRefusal({ what: 'too-short', bytes: file.sizeBytes })

  const headerBytes = start.readBigUInt64LE(0)
  if (headerBytes > maxHeaderBytes) {
    const claimedBytes = headerBytes.toString()
    throw new HeaderRefusal({ what: 'header-size', claimedBytes, limitBytes: maxHeaderBytes })
  }
  const dataStart = lengthFieldBytes + Number(headerBytes)
  if (dataStart > file.sizeBytes) {
    throw new HeaderRefusal({ what: 'truncated', expectedBytes: dataStart, foundBytes: file.sizeBytes })
  }
  return { header: await file.read(lengthFieldBytes, Number(headerBytes)), dataStart }
}

function tensorsOf(
  entries: readonly HeaderEntry[],
  file: string,
  dataStart: number,
  fileBytes: number,
): Map<string, StoredTensor> {
  const tensors = entries.map(entry => tensorOf(entry, file, dataStart))
  // Zero-sized tensors have the offset of the next tensor and come first.
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length)
  let end = dataStart
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      throw new HeaderRefusal({ what: tensor.offset > end ? 'gap' : 'overlap', tensor: tensor.name })
    }
    end += tensor.length
  }
  if (end > fileBytes)
    throw new HeaderRefusal({ what: 'truncated', expectedBytes: end, foundBytes: fileBytes })
  if (end < fileBytes) throw new HeaderRefusal({ what: 'extra-bytes', bytes: fileBytes - end })
  return new Map(tensors.map(tensor => [tensor.name, tensor]))
}

function tensorOf(
  { name, dtype, shape, begin, end }: HeaderEntry,
  file: string,
  dataStart: number,
): StoredTensor {
  const bytes = bytesOf(shape, bytesPerElement[dtype])
  if (end - begin !== bytes) {
    const expectedBytes = bytes === Number.POSITIVE_INFINITY ? '2^53' : String(bytes)
    throw new HeaderRefusal({ what: 'tensor-length', tensor: name, expectedBytes, foundBytes: end - begin })
  }
  return { name, dtype, shape, file, offset: dataStart + begin, length: bytes }
}

/** The size in bytes; Infinity if the product is not exact, so that an overflow never gives a plausible number. */
function bytesOf(shape: readonly number[], bytesPerElement: number): number {
  let bytes = bytesPerElement
  for (const size of shape) {
    bytes *= size
    if (bytes > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY
  }
  return bytes
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw new HeaderRefusal({ what: 'became-shorter' })
    done += bytesRead
  }
  return buffer
}
