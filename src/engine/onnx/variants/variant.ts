/** The interface of graph variants: the operators that differ by execution provider, and their type. */
import type { Precision } from '../../../common/choices.ts'
import type { DType } from '../../weights/dtype.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import type { Shape } from '../dim.ts'
import type { Graph, Padding } from '../graph.ts'
import type { Value } from '../model.ts'

/** The layout of a picture: [B, C, H, W] or [B, H, W, C]. */
export type PictureLayout = 'NCHW' | 'NHWC'

/** The parameters of a GroupNorm. scale, bias: [C]. */
export interface GroupNormParts {
  readonly scale: StoredTensor
  readonly bias: StoredTensor
  readonly groups: number
  readonly epsilon: number
}

/** One execution provider's operators. Shapes are checked before one is called. */
export interface Variant {
  readonly precision: Precision
  readonly layout: PictureLayout
  /** The minimum width of tokens for which FeedForward is a sum over blocks of its inner layer; absent: never. */
  readonly leastWidthInBlocks?: number
  /** The maximum width of tokens for which FeedForward also runs on pieces of the tokens, because narrow levels have many tokens. */
  readonly maxWidthInPieces?: number
  silu(g: Graph, x: Value): Value
  /** x [..., in] · weightᵀ + bias. weight: [out, in]; shape: the shape of the result. */
  linear(g: Graph, x: Value, weight: Value, bias: Value | undefined, shape: Shape): Value
  /** softmax(q kᵀ / √(width per head)) v. q: [B, T, C]; k, v: [B, S, C]. */
  attention(g: Graph, q: Value, k: Value, v: Value, heads: number, causal: boolean): Value
  /** x: a picture in the variant's layout. */
  groupNorm(g: Graph, x: Value, parts: GroupNormParts): Value
  /** weight: [out, in, k, k], as PyTorch stores it; shape: the shape of the result, in the variant's layout. */
  conv(
    g: Graph,
    x: Value,
    weight: StoredTensor,
    bias: Value,
    stride: 1 | 2,
    pads: Padding,
    shape: Shape,
  ): Value
  /** Fused operators; without them, modules use several operators in sequence. */
  readonly fused?: FusedOperators
}

export interface FusedOperators {
  /** SiLU(GroupNorm(x)). */
  groupNormSilu(g: Graph, x: Value, parts: GroupNormParts): Value
  /** The sum x + y, and its LayerNorm. */
  addLayerNorm(
    g: Graph,
    x: Value,
    y: Value,
    scale: Value,
    bias: Value,
    epsilon: number,
  ): { sum: Value; normal: Value }
  /** value · gelu(gate), the two halves of x + bias. x: [B, T, 2C], bias: [2C] → [B, T, C]. */
  geglu(g: Graph, x: Value, bias: Value): Value
  /** Self-attention. weights: those of q, k and v, [C, C] each. x: [B, T, C] → same. */
  selfAttention(g: Graph, x: Value, weights: readonly [Value, Value, Value], heads: number): Value
}

/** The element type of a precision. */
export function arithmeticOf(precision: Precision): DType {
  return precision === 'float16' ? 'F16' : 'F32'
}
