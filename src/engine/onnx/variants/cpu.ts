/** The variant for U-Nets on a CPU with enough memory: portable, with fewer products and with matrices that fit its caches. */
import type { Variant } from './variant.ts'
import { type WinogradWidths, winograd } from './winograd.ts'

/** Layers narrower than `least` take less time in one piece. */
export const cpu = (widths: WinogradWidths): Variant => ({
  ...winograd(widths),
  leastWidthInBlocks: widths.least,
})
