/** Owns reading the header of a .safetensors file, believing nothing that it cannot check against the file itself. */
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import { bytesPerElement, type DType, isDType } from './dtype.ts'
import { untrustedKey } from './json-keys.ts'

/** Where one tensor lies: enough to map it without reading it. */
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
}

/** SDXL's largest header (the Base U-Net) is about 0.2 MB; the format's own limit, 100 MB, is an invitation. */
const maxHeaderBytes = 10 * 1024 * 1024
const lengthFieldBytes = 8

/** A file's bytes, a piece at a time. */
export interface RandomAccess {
  readonly sizeBytes: number
  /** Exactly the bytes asked for, which lie inside the file. */
  read(position: number, length: number): Promise<Buffer>
}

/**
 * The tensors of a .safetensors file by name, in the order of their bytes. Reads the header alone.
 * Rules: those of the format's reference reader (every byte belongs to exactly one tensor), no key twice, no `__proto__`.
 * @throws AppError 'model-file', naming the file and what is wrong.
 */
export async function readSafetensors(path: string): Promise<Map<string, StoredTensor>> {
  try {
    const file = await realpath(path)
    const handle = await open(file, 'r')
    try {
      const { size: sizeBytes } = await handle.stat()
      const read = (position: number, length: number) => readExactly(handle, position, length)
      return await readSafetensorsFrom({ sizeBytes, read }, file)
    } finally {
      await handle.close()
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const problem = isErrno(error, 'ENOENT') ? 'it does not exist' : message
    throw new AppError('model-file', { file: path, problem }, error)
  }
}

/** As readSafetensors, for bytes that lie anywhere; throws Refusal. file: what the tensors' places name. */
export async function readSafetensorsFrom(
  bytes: RandomAccess,
  file: string,
): Promise<Map<string, StoredTensor>> {
  const { json, dataStart } = await readHeader(bytes)
  return tensorsOf(parseHeader(json), file, dataStart, bytes.sizeBytes)
}

/** What is wrong with the file, in words that follow "cannot be used:". */
export class Refusal extends Error {}

async function readHeader(file: RandomAccess): Promise<{ json: string; dataStart: number }> {
  const start = await file.read(0, Math.min(file.sizeBytes, 64))
  const foreign = foreignFormat(start)
  if (foreign) throw new Refusal(foreign)
  if (file.sizeBytes < lengthFieldBytes + 2) throw new Refusal(`it has only ${file.sizeBytes} bytes`)

  const headerBytes = start.readBigUInt64LE(0)
  if (headerBytes > maxHeaderBytes) {
    throw new Refusal(
      `it claims a header of ${headerBytes} bytes, more than ${maxHeaderBytes}: it is damaged or not safetensors`,
    )
  }
  const dataStart = lengthFieldBytes + Number(headerBytes)
  if (dataStart > file.sizeBytes) {
    throw new Refusal(`it is truncated: the header ends at byte ${dataStart}, the file at ${file.sizeBytes}`)
  }
  const bytes = await file.read(lengthFieldBytes, Number(headerBytes))
  try {
    // ignoreBOM keeps a byte order mark in the text, where the JSON parser then refuses it.
    return { json: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), dataStart }
  } catch {
    throw new Refusal('its header is not UTF-8 text')
  }
}

/** A clear word for files that people mistake for safetensors. */
function foreignFormat(start: Buffer): string | undefined {
  const text = start.toString('latin1')
  // Byte 0x80 and a protocol from 2 to 5. A safetensors header of, say, 640 bytes starts likewise: then bytes 3-7 are 0.
  const protocol = start[1] ?? 0
  const isPickle =
    start[0] === 0x80 && protocol >= 2 && protocol <= 5 && start.subarray(3, 8).some(byte => byte !== 0)
  if (text.startsWith('PK\x03\x04') || isPickle) {
    return 'it is a Python pickle, which can run code when opened; only .safetensors is read'
  }
  if (text.startsWith('version https://git-lfs')) {
    return 'it is a Git LFS pointer and not the weights themselves; "git lfs pull" fetches them'
  }
  if (text.startsWith('GGUF')) return 'it is a GGUF file; only .safetensors is read'
  return undefined
}

function parseHeader(json: string): Map<string, unknown> {
  if (!json.startsWith('{')) throw new Refusal('its header is not a JSON object')
  let header: unknown
  try {
    header = JSON.parse(json)
  } catch {
    throw new Refusal('its header is not valid JSON')
  }
  const untrusted = untrustedKey(json)
  if (untrusted) throw new Refusal(`its header is not to be trusted: ${untrusted}`)
  const entries = new Map(Object.entries(Object(header)))
  const metadata = entries.get('__metadata__')
  if (metadata !== undefined && !isStringRecord(metadata))
    throw new Refusal('its __metadata__ is not text by name')
  entries.delete('__metadata__')
  return entries
}

function tensorsOf(
  entries: Map<string, unknown>,
  file: string,
  dataStart: number,
  fileBytes: number,
): Map<string, StoredTensor> {
  const tensors = [...entries].map(([name, entry]) => tensorOf(name, entry, file, dataStart))
  // Zero-sized tensors share their offset with the next one and come first.
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length)
  let end = dataStart
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      const what = tensor.offset > end ? 'a hole before' : 'an overlap at'
      throw new Refusal(`its tensors do not lie side by side: there is ${what} "${tensor.name}"`)
    }
    end += tensor.length
    if (end > fileBytes) {
      throw new Refusal(`it is truncated: "${tensor.name}" ends at byte ${end}, the file at ${fileBytes}`)
    }
  }
  if (end !== fileBytes) throw new Refusal(`it has ${fileBytes - end} bytes that belong to no tensor`)
  return new Map(tensors.map(tensor => [tensor.name, tensor]))
}

function tensorOf(name: string, entry: unknown, file: string, dataStart: number): StoredTensor {
  const refuse = (problem: string): never => {
    throw new Refusal(`its tensor "${name}" ${problem}`)
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return refuse('has no description')
  const { dtype, shape, data_offsets: offsets, ...rest } = Object.fromEntries(Object.entries(entry))
  const [unknownKey] = Object.keys(rest)
  if (unknownKey !== undefined) return refuse(`has an unknown key "${unknownKey}"`)
  if (!isDType(dtype)) return refuse(`has an unknown dtype ${JSON.stringify(dtype)}`)
  if (!isSizes(shape)) return refuse('has no valid shape')
  if (!isSizes(offsets) || offsets.length !== 2) return refuse('has no valid data_offsets')

  const [begin = 0, end = 0] = offsets
  // BigInt: a product of sizes that overflows must not come out as a plausible small number.
  const bytes = shape.reduce((product, size) => product * BigInt(size), BigInt(bytesPerElement[dtype]))
  if (BigInt(end) - BigInt(begin) !== bytes) {
    return refuse(`should take ${bytes} bytes (${dtype} [${shape.join(',')}]) but has ${end - begin}`)
  }
  return { name, dtype, shape, file, offset: dataStart + begin, length: Number(bytes) }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0)
}

function isStringRecord(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(text => typeof text === 'string')
  )
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw new Refusal('it became shorter while it was read')
    done += bytesRead
  }
  return buffer
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
