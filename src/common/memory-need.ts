/** The memory that networks need to run, which take turns in it. */
import type { Precision } from './choices.ts'
import { isCpuName } from './device-names.ts'

/** What one network needs to run alone. */
export interface MemoryNeed {
  /** Memory while its weights are read. */
  readonly openingBytes: number
  /** Memory of the weights afterwards. */
  readonly weightBytes: number
  /** Additional memory per pixel of the picture. */
  readonly bytesPerPixel: number
  /** Larger pictures are processed in parts; absent: never. */
  readonly maxPixels?: number
}

/** The largest single need for a picture of so many pixels, because networks may take turns. */
export function neededBytes(needs: readonly MemoryNeed[], pixels: number): number {
  return Math.max(
    0,
    ...needs.map(({ openingBytes, weightBytes, bytesPerPixel, maxPixels = pixels }) =>
      Math.max(openingBytes, weightBytes + bytesPerPixel * Math.min(pixels, maxPixels)),
    ),
  )
}

/** What decides how much memory the same picture needs: a CPU, or the precision of a graphics card. */
export type MemoryKind = 'cpu' | Precision

/** The least memory in bytes on each kind of device, for the largest network alone. */
export type NeededMemory = Readonly<Record<MemoryKind, number>>

/** Of an order whose networks nobody has looked through. */
export const nothingNeeded: NeededMemory = { cpu: 0, float32: 0, float16: 0 }

/** By a device's own name, without its machine. A card that chooses its precision may choose float16. */
export function memoryKindOf(deviceName: string, precision: Precision = 'float16'): MemoryKind {
  return isCpuName(deviceName) ? 'cpu' : precision
}
