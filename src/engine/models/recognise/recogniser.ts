/** The interface of recognisers: the names and shapes that identify one kind of file of one family. */
import type { FileKind } from '../../../errors/model-problem.ts'
import type { HeaderView } from './header-view.ts'

export interface Recogniser {
  readonly kind: FileKind
  /** A proper name, the same in every language. Easel supports `SDXL`. */
  readonly family: string
  recognises(header: HeaderView): boolean
}

/** The family that Easel supports. */
export const sdxl = 'SDXL'
