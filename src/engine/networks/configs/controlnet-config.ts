/** The configuration of a ControlNet, from its config.json (diffusers' ControlNetModel): down blocks and picture embedding. */
import { z } from 'zod'
import { count, only, perLevel } from '../../weights/config-file.ts'
import { type UNetConfig, unetConfigSchema } from './unet-config.ts'
import { rgbChannels } from './vae-config.ts'

export interface ControlNetConfig extends UNetConfig {
  /** Channels of the picture's embedding, from full size to the size of the latents. */
  readonly embeddingChannels: readonly number[]
}

const embedding = z
  .object({
    conditioning_channels: only(rgbChannels),
    conditioning_embedding_out_channels: perLevel(count).default([16, 32, 96, 256]),
    controlnet_conditioning_channel_order: only('rgb'),
    global_pool_conditions: only(false),
  })
  .transform(config => ({ embeddingChannels: config.conditioning_embedding_out_channels }))

/** A ControlNet has no up blocks, and its config has none: the mirrored down blocks satisfy the U-Net's schema. */
const unetWithoutUpBlocks = z
  .looseObject({ in_channels: count, down_block_types: perLevel(z.string()) })
  .transform(config => ({
    ...config,
    out_channels: config.in_channels,
    up_block_types: config.down_block_types.toReversed().map(type => type.replace('Down', 'Up')),
  }))
  .pipe(unetConfigSchema)

export const controlNetConfigSchema: z.ZodType<ControlNetConfig> = z.intersection(
  unetWithoutUpBlocks,
  embedding,
)
