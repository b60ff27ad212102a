/** The interface of a naming scheme of LoRA files: a tensor's name gives its module and its role. */
import type { LoraRole } from '../family.ts'

export interface TensorRole {
  /** The module's name in the file's spelling, with dots or with underscores. */
  readonly module: string
  readonly role: LoraRole
  /** The tensor is a list, one value per output, whatever its shape says. */
  readonly isList?: boolean
}

/** Undefined if the name does not follow the scheme. */
export type LoraNaming = (tensor: string) => TensorRole | undefined
