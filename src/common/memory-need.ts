/** The memory that networks need to run. They may take turns in it. */
import type { Precision } from './choices.ts'
import { isCpuName } from './device-names.ts'

/** The memory that one network needs to run alone. */
export interface MemoryNeed {
  /** Memory while its weights are read. */
  readonly openingBytes: number
  /** Memory of the weights afterwards. */
  readonly weightBytes: number
  /** Additional memory per pixel of the picture. */
  readonly bytesPerPixel: number
  /** The maximum pixels that are processed at a time; absent: no maximum. */
  readonly maxPixels?: number
}

/** The largest single need in bytes for a picture of so many pixels, because networks may take turns. */
export function neededBytes(needs: readonly MemoryNeed[], pixels: number): number {
  return Math.max(
    0,
    ...needs.map(({ openingBytes, weightBytes, bytesPerPixel, maxPixels = pixels }) =>
      Math.max(openingBytes, weightBytes + bytesPerPixel * Math.min(pixels, maxPixels)),
    ),
  )
}

/** The kinds of devices that differ in the memory for a picture: a CPU, and a GPU by its precision. */
export type MemoryKind = 'cpu' | Precision

/** The minimum memory in bytes on each kind of device, for the largest network alone. */
export type NeededMemory = Readonly<Record<MemoryKind, number>>

/** The need of an order whose networks are unknown. */
export const nothingNeeded: NeededMemory = { cpu: 0, float32: 0, float16: 0 }

/** The kind of a device by its own name, without its machine. A GPU that chooses its precision may choose float16. */
export function memoryKindOf(deviceName: string, precision: Precision = 'float16'): MemoryKind {
  return isCpuName(deviceName) ? 'cpu' : precision
}
