/** The configuration of an image encoder, from its config.json (transformers' CLIPVisionModelWithProjection). */
import { z } from 'zod'
import type { ClipBlockOptions } from '../../modules/attention/clip-block.ts'
import { complain, count, only } from '../../weights/config-file.ts'
import { blockOptionsOf, checkHeads, clipBlockKeys } from './clip-block-config.ts'

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
    ...clipBlockKeys,
  })
  .superRefine((config, context) => {
    checkHeads(config, context)
    const { image_size: side, patch_size: patch } = config
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
      block: blockOptionsOf(config, false),
      projectionSize: config.projection_dim,
    }),
  )
