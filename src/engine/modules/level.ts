/** Owns what the blocks of one U-Net level have in common: their shape and what flows through all of them. */
import type { Value } from '../onnx/model.ts'
import type { Context } from './cross-attention.ts'
import type { GroupNormOptions } from './norm.ts'
import type { TransformerOptions } from './spatial-transformer.ts'

/** What a level's transformers have in common, and the depth of each: distilled models shortened some and not others. */
export interface LevelTransformer extends Omit<TransformerOptions, 'depth'> {
  /** One per ResNetBlock on the way down, in order. */
  readonly depthsDown: readonly number[]
  /** One per ResNetBlock on the way up, in order. */
  readonly depthsUp: readonly number[]
}

/** One level of the U-Net, as its config describes it: the picture at one resolution, on the way down and up. */
export interface Level {
  /** Channels of every ResNetBlock's result. */
  readonly channels: number
  /** ResNetBlocks on the way down (the K of the paper); one more on the way up. */
  readonly layers: number
  readonly norm: GroupNormOptions
  /** Used where the level's block has attention. */
  readonly transformer: LevelTransformer
  /** The last level: its way down ends without a DownSample. */
  readonly isCoarsest: boolean
}

/** What every block is given besides its input. */
export interface Conditioning {
  /** [B, 4C]: time, size and pooled text. */
  readonly time: Value
  readonly context: Context
}
