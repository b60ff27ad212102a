/** The parts of a model in one file or folder, possibly incomplete. */
import type { NetworkParts } from '../../networks/plan/parts.ts'
import type { ExpertParts } from '../record.ts'
import type { Storage } from '../storage.ts'

export interface FoundParts {
  readonly networks: { readonly [Role in keyof NetworkParts]?: NetworkParts[Role] }
  readonly tokenizer?: ExpertParts['tokenizer']
  readonly tokenizer2?: ExpertParts['tokenizer2']
  readonly schedule: ExpertParts['schedule']
  /** Absent: the default of the model's kind, Base or Refiner. */
  readonly zerosForNoNegative?: boolean
  readonly storage: Storage
  /** The hash of a single file, as other programs show it. */
  readonly fileHash?: string
}
