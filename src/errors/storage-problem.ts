/** Problems of storage, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const storageProblem = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['disk-full', 'quota-used-up', 'disk-read-only', 'busy']) }),
  /** SQLite did not accept a setting that Easel requires. */
  z.object({ what: z.literal('setting'), name: z.string(), found: z.string(), expected: z.string() }),
  /** `code` is an error code of SQLite or of the system. */
  z.object({ what: z.literal('other'), code: z.string() }),
])

export type StorageProblem = z.infer<typeof storageProblem>
