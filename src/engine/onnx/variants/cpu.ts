/** The variant for U-Nets on a CPU with enough memory: portable, with fewer products and with values that fit its caches. */
import type { Variant } from './variant.ts'
import { type WinogradWidths, winograd } from './winograd.ts'

interface CpuWidths extends WinogradWidths {
  readonly maxInPieces: number
}

/** Layers narrower than `least` are faster as one product. */
export const cpu = ({ maxInPieces, ...widths }: CpuWidths): Variant => ({
  ...winograd(widths),
  leastWidthInBlocks: widths.least,
  maxWidthInPieces: maxInPieces,
})
