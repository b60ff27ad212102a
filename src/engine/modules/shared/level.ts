/** The configuration and the conditioning that all blocks of one U-Net level share. */
import type { Value } from '../../onnx/model.ts'
import type { Context } from '../attention/cross-attention.ts'
import type { TransformerOptions } from '../attention/spatial-transformer.ts'
import type { GroupNormOptions } from '../layers/norm.ts'

/** The options that a level's transformers share, and the depth of each: distilled models shorten some of them. */
export interface LevelTransformer extends Omit<TransformerOptions, 'depth'> {
  /** One per ResNetBlock of the down block, in order. */
  readonly depthsDown: readonly number[]
  /** One per ResNetBlock of the up block, in order. */
  readonly depthsUp: readonly number[]
}

/** One level of the U-Net, as its config describes it: the down block and the up block at one resolution. */
export interface BlockLevel {
  /** Channels of every ResNetBlock's result. */
  readonly channels: number
  /** ResNetBlocks of the down block (the K of the paper); the up block has one more. */
  readonly layers: number
  readonly norm: GroupNormOptions
  /** Used if the level's blocks have attention. */
  readonly transformer: LevelTransformer
  /** The last level: its down block has no DownSample. */
  readonly isCoarsest: boolean
}

/** The inputs that every block receives besides x. */
export interface BlockConditioning {
  /** [B, 4C]: time, size and pooled text. */
  readonly time: Value
  readonly context: Context
}

/** What follows the ResNetBlock of a layer, by the layer's index in its block. */
export type LayerFormula = (h: Value, layer: number) => Value
