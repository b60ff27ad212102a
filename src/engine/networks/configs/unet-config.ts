/** The configuration of any SDXL-shaped U-Net, from its config.json (diffusers' UNet2DConditionModel). */
import { z } from 'zod'
import type { ModelConfigProblem } from '../../../errors/model-problem.ts'
import type { GroupNormOptions } from '../../modules/layers/norm.ts'
import type { BlockLevel } from '../../modules/shared/level.ts'
import { complain, count, depth, layerCount, only, perLevel } from '../../weights/config-file.ts'

/** A level, and whether its down block and its up block have attention. */
export interface UNetLevel extends BlockLevel {
  readonly attentionDown: boolean
  readonly attentionUp: boolean
}

export interface UNetConfig {
  readonly inChannels: number
  readonly outChannels: number
  readonly contextWidth: number
  readonly norm: GroupNormOptions
  /** Transformer blocks in the middle; undefined: the middle is one ResNetBlock. */
  readonly middleDepth: number | undefined
  /** The shift of the sinusoids: the reference's `freq_shift`. */
  readonly frequencyShift: number
  /** Width of the sinusoids of each time id. */
  readonly timeIdWidth: number
  /** Width of pooled text and time ids together. */
  readonly addedWidth: number
  /** From the finest to the coarsest. */
  readonly levels: readonly [UNetLevel, ...UNetLevel[]]
}

const heads = z.union([count, perLevel(count)])
const down = z.enum(['DownBlock2D', 'CrossAttnDownBlock2D'])
const up = z.enum(['UpBlock2D', 'CrossAttnUpBlock2D'])

export const unetConfigSchema = z
  .object({
    // Checked first, so that a model related to SDXL is reported as such.
    addition_embed_type: z.unknown().refine(type => type === 'text_time', {
      params: { problem: { what: 'not-sdxl' } satisfies ModelConfigProblem },
    }),
    in_channels: count,
    out_channels: count,
    block_out_channels: perLevel(count),
    down_block_types: perLevel(down),
    up_block_types: perLevel(up),
    layers_per_block: z.union([layerCount, perLevel(layerCount)]).default(2),
    attention_head_dim: heads.default(8),
    num_attention_heads: heads.nullish(),
    transformer_layers_per_block: z.union([layerCount, perLevel(depth)]).default(1),
    /** From the coarsest level to the finest; absent: the up blocks have the depths of the down blocks. */
    reverse_transformer_layers_per_block: perLevel(depth).nullish(),
    /** Easel's own key for a depth that was inferred from the weights; absent: the coarsest level's depth. */
    mid_transformer_layers: layerCount.optional(),
    cross_attention_dim: count,
    norm_num_groups: count.default(32),
    norm_eps: z.number().positive().default(1e-5),
    freq_shift: z.number().default(0),
    addition_time_embed_dim: count,
    projection_class_embeddings_input_dim: count,

    act_fn: only('silu'),
    attention_type: only('default'),
    center_input_sample: only(false),
    class_embed_type: only(null),
    conv_in_kernel: only(3),
    conv_out_kernel: only(3),
    cross_attention_norm: only(null),
    downsample_padding: only(1),
    dual_cross_attention: only(false),
    encoder_hid_dim: only(null),
    encoder_hid_dim_type: only(null),
    flip_sin_to_cos: only(true),
    mid_block_only_cross_attention: only(null, false),
    mid_block_scale_factor: only(1),
    mid_block_type: z.enum(['UNetMidBlock2DCrossAttn', 'UNetMidBlock2D']).default('UNetMidBlock2DCrossAttn'),
    num_class_embeds: only(null),
    only_cross_attention: only(false),
    resnet_out_scale_factor: only(1),
    resnet_skip_time_act: only(false),
    resnet_time_scale_shift: only('default'),
    time_cond_proj_dim: only(null),
    time_embedding_act_fn: only(null),
    time_embedding_dim: only(null),
    time_embedding_type: only('positional'),
    timestep_post_act: only(null),
    use_linear_projection: z.literal(true),
  })
  .superRefine((config, context) => {
    const levels = config.block_out_channels.length
    const lists = {
      down_block_types: config.down_block_types,
      up_block_types: config.up_block_types,
      layers_per_block: config.layers_per_block,
      attention_head_dim: config.num_attention_heads ?? config.attention_head_dim,
      transformer_layers_per_block: config.transformer_layers_per_block,
      reverse_transformer_layers_per_block: config.reverse_transformer_layers_per_block,
    }
    for (const [key, list] of Object.entries(lists)) {
      if (Array.isArray(list) && list.length !== levels) {
        complain(context, key, { what: 'entries', found: list.length, levels })
      }
    }
    checkDepths(config, context)
    config.block_out_channels.forEach((channels, level) => {
      const groups = config.norm_num_groups
      if (channels % groups !== 0) complain(context, 'block_out_channels', notMultiple(channels, groups))
      const heads = at(lists.attention_head_dim, level)
      if (channels % heads !== 0) complain(context, 'attention_head_dim', { what: 'heads', heads, channels })
    })
  })
  .transform(
    (config): UNetConfig => ({
      inChannels: config.in_channels,
      outChannels: config.out_channels,
      contextWidth: config.cross_attention_dim,
      norm: { groups: config.norm_num_groups, epsilon: config.norm_eps },
      middleDepth: middleDepthOf(config),
      frequencyShift: config.freq_shift,
      timeIdWidth: config.addition_time_embed_dim,
      addedWidth: config.projection_class_embeddings_input_dim,
      levels: levelsOf(config.block_out_channels, (channels, level, last) => ({
        channels,
        layers: at(config.layers_per_block, level),
        norm: { groups: config.norm_num_groups, epsilon: config.norm_eps },
        transformer: {
          depthsDown: depthsDown(config, level),
          depthsUp: depthsUp(config, level, last),
          // The reference uses attention_head_dim as the number of heads, despite its name.
          heads: at(config.num_attention_heads ?? config.attention_head_dim, level),
          groups: config.norm_num_groups,
        },
        attentionDown: config.down_block_types[level] === 'CrossAttnDownBlock2D',
        attentionUp: config.up_block_types[last - level] === 'CrossAttnUpBlock2D',
        isCoarsest: level === last,
      })),
    }),
  )

function levelsOf(
  channels: readonly number[],
  level: (channels: number, level: number, last: number) => UNetLevel,
): [UNetLevel, ...UNetLevel[]] {
  const [first = 0, ...rest] = channels
  return [level(first, 0, rest.length), ...rest.map((width, i) => level(width, i + 1, rest.length))]
}

interface Depths {
  layers_per_block: number | readonly number[]
  mid_block_type: string
  mid_transformer_layers?: number | undefined
  transformer_layers_per_block: number | readonly (number | readonly number[])[]
  reverse_transformer_layers_per_block?: readonly (number | readonly number[])[] | null | undefined
}

function depthsDown(config: Depths, level: number): number[] {
  return each(depthOf(config.transformer_layers_per_block, level), at(config.layers_per_block, level))
}

function depthsUp(config: Depths, level: number, last: number): number[] {
  const { transformer_layers_per_block: down, reverse_transformer_layers_per_block: up } = config
  const fromCoarsest = up ?? (typeof down === 'number' ? down : down.toReversed())
  return each(depthOf(fromCoarsest, last - level), at(config.layers_per_block, level) + 1)
}

function middleDepthOf(config: Depths): number | undefined {
  if (config.mid_block_type === 'UNetMidBlock2D') return undefined
  const { transformer_layers_per_block: down } = config
  const coarsest = typeof down === 'number' ? down : (down.at(-1) ?? 1)
  return config.mid_transformer_layers ?? (typeof coarsest === 'number' ? coarsest : (coarsest[0] ?? 1))
}

/** A list of depths must have one entry per transformer, that is one per ResNetBlock of its block. */
function checkDepths(config: Depths, context: z.RefinementCtx): void {
  const { transformer_layers_per_block: down, reverse_transformer_layers_per_block: up } = config
  const check = (key: string, depths: typeof down, more: number) => {
    if (typeof depths === 'number') return
    for (const [level, list] of depths.entries()) {
      const blocks = at(config.layers_per_block, level) + more
      if (typeof list !== 'number' && list.length !== blocks) {
        complain(context, key, { what: 'depths', found: list.length, blocks })
      }
    }
  }
  check('transformer_layers_per_block', down, 0)
  if (up) check('reverse_transformer_layers_per_block', up.toReversed(), 1)
  else if (typeof down !== 'number' && down.some(depths => typeof depths !== 'number')) {
    complain(context, 'reverse_transformer_layers_per_block', { what: 'kind', found: '', expected: 'list' })
  }
}

function depthOf(depths: Depths['transformer_layers_per_block'], level: number): number | readonly number[] {
  return typeof depths === 'number' ? depths : (depths[level] ?? 1)
}

function each(depth: number | readonly number[], count: number): number[] {
  return typeof depth === 'number' ? Array<number>(count).fill(depth) : [...depth]
}

/** One number for all levels, or one per level. */
function at(value: number | readonly number[], level: number): number {
  return typeof value === 'number' ? value : (value[level] ?? 1)
}

function notMultiple(found: number, groups: number): ModelConfigProblem {
  return { what: 'not-multiple', found, key: 'norm_num_groups', of: groups }
}
