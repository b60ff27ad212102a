/** Owns what a recogniser is: the names and shapes by which one kind of file of one family is told. */
import type { FileKind } from '../../../model-problem.ts'
import type { HeaderView } from './header-view.ts'

export interface Recogniser {
  readonly kind: FileKind
  /** A proper name, the same in every language: `SDXL` is what is built. */
  readonly family: string
  recognises(header: HeaderView): boolean
}

/** The family that Easel builds. */
export const sdxl = 'SDXL'
