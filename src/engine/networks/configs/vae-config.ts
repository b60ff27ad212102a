/** The configuration of a VAE, from its config.json (diffusers' AutoencoderKL). */
import { z } from 'zod'
import type { GroupNormOptions } from '../../modules/layers/norm.ts'
import { complain, count, layerCount, only, perLevel } from '../../weights/config-file.ts'

/**
 * The scaling of the VAE's latents for the U-Net: (z - mean)·factor/deviation. EDM models have mean and standard deviation
 * of their latents, per channel; others have only the factor.
 */
export interface LatentScaling {
  readonly factor: number
  readonly mean?: readonly number[]
  readonly deviation?: readonly number[]
}

/** The number of channels of the pipeline's latents. */
export const sdxlLatentChannels = 4

/** Of a picture: red, green and blue. */
export const rgbChannels = 3

export interface VaeConfig {
  readonly latentChannels: number
  /** Channels from the finest level to the coarsest; each level except the last halves the picture. */
  readonly channels: readonly [number, ...number[]]
  /** ResNetBlocks per level of the encoder; the decoder has one more. */
  readonly layers: number
  readonly norm: GroupNormOptions
  readonly quantConv: boolean
  readonly postQuantConv: boolean
  /** Whether the mid blocks have an attention. */
  readonly midAttention: boolean
  readonly scaling: LatentScaling
  /** Whether its activations exceed float16's range. */
  readonly needsFloat32: boolean
  /** Side of its training pictures, in pixels. */
  readonly sampleSize: number
}

/** Fixed in the reference for the VAE. */
const epsilon = 1e-6

const downType = z.literal('DownEncoderBlock2D')
const upType = z.literal('UpDecoderBlock2D')

/** Without `shift_factor`, which neither the training nor the pipelines of SDXL use; it is SD 3's and Flux's. */
export const vaeConfigSchema = z
  .object({
    in_channels: only(rgbChannels),
    out_channels: only(rgbChannels),
    latent_channels: count.default(4),
    block_out_channels: z.tuple([count], count),
    down_block_types: perLevel(downType),
    up_block_types: perLevel(upType),
    layers_per_block: layerCount.default(1),
    norm_num_groups: count.default(32),
    use_quant_conv: z.boolean().default(true),
    use_post_quant_conv: z.boolean().default(true),
    scaling_factor: z.number().positive().default(0.18215),
    sample_size: count.default(32),
    /** diffusers' default. */
    force_upcast: z.boolean().nullable().default(true),

    act_fn: only('silu'),
    mid_block_add_attention: z.boolean().default(true),
    latents_mean: z.array(z.number()).nullish(),
    latents_std: z.array(z.number().positive()).nullish(),
  })
  .superRefine((config, context) => {
    const { norm_num_groups: groups, block_out_channels: channels } = config
    const odd = channels.find(width => width % groups !== 0)
    if (odd !== undefined) {
      const problem = { what: 'not-multiple', found: odd, key: 'norm_num_groups', of: groups } as const
      complain(context, 'block_out_channels', problem)
    }
    for (const key of ['latents_mean', 'latents_std'] as const) {
      const found = config[key]?.length ?? config.latent_channels
      if (found !== config.latent_channels) {
        complain(context, key, {
          what: 'differs',
          found,
          key: 'latent_channels',
          from: config.latent_channels,
        })
      }
    }
    for (const key of ['down_block_types', 'up_block_types'] as const) {
      if (config[key].length !== channels.length) {
        complain(context, key, { what: 'entries', found: config[key].length, levels: channels.length })
      }
    }
  })
  .transform(
    (config): VaeConfig => ({
      latentChannels: config.latent_channels,
      channels: config.block_out_channels,
      layers: config.layers_per_block,
      norm: { groups: config.norm_num_groups, epsilon },
      quantConv: config.use_quant_conv,
      postQuantConv: config.use_post_quant_conv,
      midAttention: config.mid_block_add_attention,
      scaling: {
        factor: config.scaling_factor,
        // The reference uses them only if both are present.
        ...(config.latents_mean &&
          config.latents_std && { mean: config.latents_mean, deviation: config.latents_std }),
      },
      sampleSize: config.sample_size,
      needsFloat32: config.force_upcast === true,
    }),
  )
