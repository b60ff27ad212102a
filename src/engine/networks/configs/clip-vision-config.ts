/** The configuration of an image encoder, from its config.json (transformers' CLIPVisionModelWithProjection). */
import { z } from 'zod'
import type { ClipBlockOptions } from '../../modules/clip-block.ts'
import { complain, count, only } from '../../weights/config-file.ts'

export interface ClipVisionConfig {
  /** Side of the input picture. */
  readonly sidePx: number
  readonly patchPx: number
  readonly hiddenSize: number
  readonly layers: number
  readonly block: ClipBlockOptions
  /** Width of the projected image embedding. */
  readonly projectionSize: number
}

export const clipVisionConfigSchema = z
  .object({
    num_channels: only(3),
    image_size: count.default(224),
    patch_size: count.default(32),
    hidden_size: count,
    intermediate_size: count,
    num_hidden_layers: count,
    num_attention_heads: count,
    hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
    layer_norm_eps: z.number().positive().default(1e-5),
    projection_dim: count.default(512),
  })
  .superRefine((config, context) => {
    const { hidden_size: width, num_attention_heads: heads, image_size: side, patch_size: patch } = config
    if (width % heads !== 0) {
      const problem = { what: 'not-divisor', found: heads, key: 'hidden_size', of: width } as const
      complain(context, 'num_attention_heads', problem)
    }
    if (side % patch !== 0) {
      const problem = { what: 'not-divisor', found: patch, key: 'image_size', of: side } as const
      complain(context, 'patch_size', problem)
    }
  })
  .transform(
    (config): ClipVisionConfig => ({
      sidePx: config.image_size,
      patchPx: config.patch_size,
      hiddenSize: config.hidden_size,
      layers: config.num_hidden_layers,
      block: {
        heads: config.num_attention_heads,
        innerWidth: config.intermediate_size,
        activation: config.hidden_act,
        epsilon: config.layer_norm_eps,
        isCausal: false,
      },
      projectionSize: config.projection_dim,
    }),
  )
