/** Converts arrays between Easel's types, float32 and int32, and the types of foreign graphs. */
import { precisions } from '../../common/choices.ts'

/** The supported types of a graph's inputs and outputs, with the runtime's names. */
const portTypes = [...precisions, 'int32', 'int64'] as const
export type PortType = (typeof portTypes)[number]

export function isPortType(type: unknown): type is PortType {
  return portTypes.some(known => known === type)
}

/** The same values in the type of a graph's input; integers are rounded towards zero. */
export function valuesAs(type: PortType, data: Float32Array | Int32Array) {
  switch (type) {
    case 'float32':
      return data instanceof Float32Array ? data : Float32Array.from(data)
    case 'float16':
      return Uint16Array.from(data, numberToHalf)
    case 'int32':
      return data instanceof Int32Array ? data : Int32Array.from(data)
    case 'int64':
      return BigInt64Array.from(data instanceof Int32Array ? [...data] : [...data].map(Math.trunc), BigInt)
  }
}

/** A graph's output in float32. Without a float16 array type, the runtime returns float16 values as bits. */
export function floatsOfValues(data: ArrayLike<number | bigint>): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof Uint16Array) return Float32Array.from(data, halfToNumber)
  return Float32Array.from(data, Number)
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const word = new DataView(new ArrayBuffer(4))

/** Rounds to nearest, ties to even; values beyond 65504 become infinity. */
export function numberToHalf(value: number): number {
  word.setFloat32(0, value)
  const bits = word.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // Below 2^-14 the exponent is fixed, and the fraction counts units of 2^-24.
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(value) * 2 ** 24)
  const rounded = magnitude + 0xfff + ((magnitude >> 13) & 1)
  return sign | ((rounded - 0x38000000) >> 13)
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
