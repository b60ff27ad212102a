/** Owns what a ControlNet's config.json (diffusers' ControlNetModel) says: a U-Net's way down, and its picture's embedding. */
import { z } from 'zod'
import { count, only } from '../weights/config-file.ts'
import { type UNetConfig, unetConfigSchema } from './unet-config.ts'

export interface ControlNetConfig extends UNetConfig {
  /** Of the control picture. */
  readonly pictureChannels: number
  /** Widths of the picture's embedding, from full size to the size of the latents. */
  readonly embeddingChannels: readonly number[]
}

const embedding = z
  .object({
    conditioning_channels: count.default(3),
    conditioning_embedding_out_channels: z.array(count).min(1).default([16, 32, 96, 256]),
    controlnet_conditioning_channel_order: only('rgb'),
    global_pool_conditions: only(false),
  })
  .transform(config => ({
    pictureChannels: config.conditioning_channels,
    embeddingChannels: config.conditioning_embedding_out_channels,
  }))

/** A ControlNet has no way up and its config names none: the mirrored way down stands in for it. */
const wayDown = z
  .looseObject({ in_channels: count, down_block_types: z.array(z.string()) })
  .transform(config => ({
    ...config,
    out_channels: config.in_channels,
    up_block_types: config.down_block_types.toReversed().map(type => type.replace('Down', 'Up')),
  }))
  .pipe(unetConfigSchema)

export const controlNetConfigSchema: z.ZodType<ControlNetConfig> = z.intersection(wayDown, embedding)
