/** Owns what a file or a folder holds of a model, which may be less than a whole one. */
import type { NetworkParts } from '../../networks/plan/parts.ts'
import type { ExpertParts } from '../record.ts'
import type { Storage } from '../storage.ts'

export interface FoundParts {
  readonly networks: { readonly [Role in keyof NetworkParts]?: NetworkParts[Role] }
  readonly tokenizer?: ExpertParts['tokenizer']
  readonly tokenizer2?: ExpertParts['tokenizer2']
  readonly schedule: ExpertParts['schedule']
  /** Absent: as the model's kind has it, Base or Refiner. */
  readonly zerosForNoNegative?: boolean
  readonly storage: Storage
  /** Of a single file as a whole, as other programs show it. */
  readonly fileHash?: string
}
