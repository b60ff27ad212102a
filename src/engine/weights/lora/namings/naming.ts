/** The contract of a naming of LoRA files: the name of a tensor gives its module and its role there. */
import type { Role } from '../family.ts'

export interface TensorRole {
  /** The module's name, still in the file's own spelling: with dots or with underscores. */
  readonly module: string
  readonly role: Role
}

/** Undefined where the name is not of that naming. */
export type Naming = (tensor: string) => TensorRole | undefined
