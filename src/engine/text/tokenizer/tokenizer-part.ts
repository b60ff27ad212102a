/** Owns saying where a tokenizer comes from; plain data that crosses to workers. */
import { z } from 'zod'

export const tokenizerPart = z.discriminatedUnion('from', [
  /** A folder as transformers writes it. */
  z.object({ from: z.literal('folder'), folder: z.string(), hash: z.string() }),
  /** CLIP's own vocabulary, of that many tokens. */
  z.object({
    from: z.literal('clip'),
    tokens: z.int().min(1),
    encoder: z.enum(['first', 'second']),
    hash: z.string(),
  }),
])
export type TokenizerPart = z.infer<typeof tokenizerPart>
