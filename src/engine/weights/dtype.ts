/** The element types of tensors, with the names of the safetensors format. */

/** Bytes per element. */
export const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const

export type DType = keyof typeof bytesPerElement

export function isDType(text: unknown): text is DType {
  return typeof text === 'string' && Object.hasOwn(bytesPerElement, text)
}
