/** The configuration of a text encoder, from its config.json (transformers' CLIPTextModel, with or without projection). */
import { z } from 'zod'
import type { ClipBlockOptions } from '../../modules/attention/clip-block.ts'
import { count } from '../../weights/config-file.ts'
import { blockOptionsOf, checkHeads, clipBlockKeys } from './clip-block-config.ts'

export interface ClipConfig {
  readonly vocabulary: number
  /** Tokens per chunk, 77. */
  readonly positions: number
  readonly hiddenSize: number
  readonly layers: number
  readonly block: ClipBlockOptions
  /** Width of the pooled output; undefined without a projection. */
  readonly projectionSize: number | undefined
  /** The position of the pooled output: the first token with this id, or the first token with the highest id. */
  readonly pooledAt: { readonly id: number } | 'first-highest-id'
}

/** The end id in every CLIP config before transformers 4.31. No tokenizer uses it as the end token's id. */
const legacyEosId = 2

export const clipConfigSchema = z
  .object({
    architectures: z.array(z.string()).default([]),
    vocab_size: count,
    max_position_embeddings: count.default(77),
    ...clipBlockKeys,
    eos_token_id: z.int().min(0).default(legacyEosId),
  })
  .superRefine(checkHeads)
  .transform(
    (config): ClipConfig => ({
      vocabulary: config.vocab_size,
      positions: config.max_position_embeddings,
      hiddenSize: config.hidden_size,
      layers: config.num_hidden_layers,
      block: blockOptionsOf(config, true),
      projectionSize: config.architectures.includes('CLIPTextModelWithProjection')
        ? config.projection_dim
        : undefined,
      pooledAt: config.eos_token_id === legacyEosId ? 'first-highest-id' : { id: config.eos_token_id },
    }),
  )
