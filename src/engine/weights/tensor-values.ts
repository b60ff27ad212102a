/** Reads the values of one stored tensor, for LoRA arithmetic, checkers and tests; graphs map tensors instead. */
import { open } from 'node:fs/promises'
import { AppError } from '../../errors/errors.ts'
import { halfToNumber } from './number-types.ts'
import type { StoredTensor } from './safetensors.ts'

/**
 * The values of a tensor in row-major order of its shape, multiplied by its scale if it has one. 64-bit types are rounded to
 * float32.
 * @throws AppError 'model-file' when the file became shorter.
 */
export async function readTensor(tensor: StoredTensor): Promise<Float32Array> {
  const stored = await readStored(tensor)
  const values = tensor.isTransposed ? transposed(stored, tensor.shape) : stored
  const [scale = 1] = tensor.scale ? await readTensor(tensor.scale) : []
  return tensor.scale ? values.map(value => value * scale) : values
}

/** shape: [rows, columns] of the result; the input values are [columns, rows]. */
function transposed(values: Float32Array, [rows = 0, columns = 0]: readonly number[]): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % columns) * rows + Math.floor(i / columns)] ?? 0)
}

async function readStored(tensor: StoredTensor): Promise<Float32Array> {
  // Not Node's shared pool, because typed arrays need alignment. The runtime's machines are all little-endian, like the file.
  const bytes = Buffer.alloc(tensor.length)
  const handle = await open(tensor.file, 'r')
  try {
    const { bytesRead } = await handle.read(bytes, 0, tensor.length, tensor.offset)
    if (bytesRead !== tensor.length) {
      throw new AppError('model-file', { file: tensor.file, problem: { what: 'became-shorter' } })
    }
  } finally {
    await handle.close()
  }
  return decode(tensor, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

function decode(tensor: StoredTensor, view: DataView): Float32Array {
  const all = (width: number, at: (offset: number) => number) =>
    Float32Array.from({ length: tensor.length / width }, (_, i) => at(i * width))
  switch (tensor.dtype) {
    case 'F64':
      return all(8, o => view.getFloat64(o, true))
    case 'F32':
      return new Float32Array(view.buffer, view.byteOffset, tensor.length / 4)
    case 'F16':
      return halfFloats(new Uint16Array(view.buffer, view.byteOffset, tensor.length / 2))
    case 'BF16':
      return bfloats(new Uint16Array(view.buffer, view.byteOffset, tensor.length / 2))
    case 'I64':
      return all(8, o => Number(view.getBigInt64(o, true)))
    case 'U64':
      return all(8, o => Number(view.getBigUint64(o, true)))
    case 'I32':
      return all(4, o => view.getInt32(o, true))
    case 'U32':
      return all(4, o => view.getUint32(o, true))
    case 'I16':
      return all(2, o => view.getInt16(o, true))
    case 'U16':
      return all(2, o => view.getUint16(o, true))
    case 'I8':
      return all(1, o => view.getInt8(o))
    case 'U8':
    case 'BOOL':
      return all(1, o => view.getUint8(o))
    case 'F8_E4M3':
      return all(1, o => e4m3ToNumber(view.getUint8(o)))
    case 'F8_E5M2':
      // The upper byte of a binary16.
      return all(1, o => halfToNumber(view.getUint8(o) * 256))
  }
}

/** float8 e4m3fn (Micikevicius et al. 2022): 1 sign, 4 exponent (bias 7), 3 fraction bits; no infinity, all ones is NaN. */
export function e4m3ToNumber(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1
  const exponent = (bits >> 3) & 15
  const fraction = bits & 7
  if (exponent === 15 && fraction === 7) return Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -9
  return sign * (1 + fraction / 8) * 2 ** (exponent - 7)
}

/** A table of all halves by their bits, because models have billions of them. */
const halves: Readonly<Float32Array> = Float32Array.from({ length: 65_536 }, (_, bits) => halfToNumber(bits))

function halfFloats(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i] ?? 0] ?? 0
  return values
}

/** bfloat16 is the upper half of a float32. */
function bfloats(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16
  return new Float32Array(words.buffer)
}
