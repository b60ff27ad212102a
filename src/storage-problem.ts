/** Why nothing can be stored: codes with their facts; words/ says them. */
import { z } from 'zod'

export const storageProblem = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['disk-full', 'quota-used-up', 'disk-read-only', 'busy']) }),
  /** SQLite does not keep a promise that Easel needs. */
  z.object({ what: z.literal('setting'), name: z.string(), found: z.string(), expected: z.string() }),
  /** `code` is SQLite's or the system's. */
  z.object({ what: z.literal('other'), code: z.string() }),
])

export type StorageProblem = z.infer<typeof storageProblem>
