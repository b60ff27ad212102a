/** Why a model could not be fetched from a gateway, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const modelFetchProblem = z.discriminatedUnion('what', [
  /** The gateway, or the way to it, was lost: what came stays, and the rest follows. */
  z.object({ what: z.literal('lost') }),
  /** The gateway cannot read the file, or does not have the model any more. */
  z.object({ what: z.literal('unavailable') }),
  /** What came is not what the gateway described. Hashes: sha256, hex. */
  z.object({ what: z.literal('damaged'), file: z.string(), expected: z.string(), found: z.string() }),
  /** Other files are there under the model's name. */
  z.object({ what: z.literal('occupied'), path: z.string() }),
  /** The model's own files are there, but the machine has another model from them, or none. */
  z.object({ what: z.literal('other-hash'), path: z.string() }),
])

export type ModelFetchProblem = z.infer<typeof modelFetchProblem>
