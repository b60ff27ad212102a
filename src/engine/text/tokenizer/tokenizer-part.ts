/** The location of a tokenizer, as plain data that is sent to workers. */

import { z } from 'zod'
import { textEncoders } from '../../../common/choices.ts'

export const tokenizerPart = z.discriminatedUnion('from', [
  /** A folder in the layout of transformers. */
  z.object({ from: z.literal('folder'), folder: z.string(), hash: z.string() }),
  /** CLIP's own vocabulary, of that many tokens. */
  z.object({
    from: z.literal('clip'),
    tokens: z.int().min(1),
    encoder: z.enum(textEncoders),
    hash: z.string(),
  }),
])
export type TokenizerPart = z.infer<typeof tokenizerPart>
