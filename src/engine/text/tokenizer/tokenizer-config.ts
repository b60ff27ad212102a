/** The keys of a tokenizer_config.json that change the ids of a prompt, as both layouts of a tokenizer have them. */
import { z } from 'zod'
import { only } from '../../weights/config-file.ts'
import { rowLength } from '../token-rows.ts'

/** A token is its text, or an object with flags. */
const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])

export const tokenizerConfigSchema = z.object({
  bos_token: token.default('<|startoftext|>'),
  eos_token: token.default('<|endoftext|>'),
  pad_token: token.default('<|endoftext|>'),
  added_tokens_decoder: z
    .record(
      z.string().regex(/^\d+$/),
      z.object({ content: z.string(), normalized: z.boolean().default(false) }),
    )
    .optional(),
  /** Rows are filled at their end; a row always has 77 places. Larger numbers mean that there is no bound. */
  padding_side: only('right'),
  model_max_length: z.number().min(rowLength).optional(),
})
