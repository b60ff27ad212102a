/** Image prompts in the U-Net: the graph's inputs, and the assignment of an IP-Adapter's weights to cross-attentions. */
import type { ImagePromptValues } from '../modules/attention/cross-attention.ts'
import { symbol } from '../onnx/dim.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Tensor } from '../onnx/session.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { UNetConfig } from './configs/unet-config.ts'
import type { UNetInput } from './networks.ts'

export const imagePromptNames = {
  /** Tokens of image prompt i: [batch, tokens, contextWidth] */
  tokens: (i: number) => `image_tokens_${i}`,
  /** The scale of image prompt i in each cross-attention, [crossAttentionPaths] */
  scales: (i: number) => `image_scales_${i}`,
} as const

/** adapters: the weights of one IP-Adapter per image prompt. */
export function imagePromptInputs(
  g: Graph,
  config: UNetConfig,
  adapters: readonly WeightSource[],
): ImagePromptValues[] {
  const paths = crossAttentionPaths(config)
  return adapters.map((adapter, i) => {
    const shape = [symbol('batch'), symbol(imagePromptNames.tokens(i)), config.contextWidth]
    const tokens = g.input(imagePromptNames.tokens(i), 'F32', shape)
    const scales = g.input(imagePromptNames.scales(i), 'F32', [paths.length])
    return {
      tokens,
      weights: weightsOf(byPath(adapter, paths)),
      scaleAt: path => g.gather(scales, g.integers([paths.indexOf(path)])),
    }
  })
}

/**
 * All cross-attentions in the order in which IP-Adapters number them: down, up, middle. The numbers also count the
 * self-attention before each: cross-attention i has number 2i + 1. width: of its tokens.
 */
export function crossAttentionsOf({
  levels,
  middleDepth = 0,
}: UNetConfig): { path: string; width: number }[] {
  const inBlock = (block: string, depths: readonly number[], width: number) =>
    depths.flatMap((depth, layer) =>
      Array.from({ length: depth }, (_, i) => ({
        path: `${block}.attentions.${layer}.transformer_blocks.${i}.attn2`,
        width,
      })),
    )
  const down = levels.map((level, i) =>
    inBlock(`down_blocks.${i}`, level.attentionDown ? level.transformer.depthsDown : [], level.channels),
  )
  const up = levels
    .toReversed()
    .map((level, i) =>
      inBlock(`up_blocks.${i}`, level.attentionUp ? level.transformer.depthsUp : [], level.channels),
    )
  return [...down, ...up, inBlock('mid_block', [middleDepth], levels.at(-1)?.channels ?? 0)].flat()
}

export function crossAttentionPaths(config: UNetConfig): string[] {
  return crossAttentionsOf(config).map(({ path }) => path)
}

/** `down_blocks.1.….attn2.to_k_ip.weight` is the adapter's `ip_adapter.1.to_k_ip.weight`. */
function byPath(adapter: WeightSource, paths: readonly string[]): WeightSource {
  return {
    place: adapter.place,
    find(name, wanted) {
      const [, path = '', rest = ''] = /^(.+\.attn2)\.(.+)$/.exec(name) ?? []
      return adapter.find(`ip_adapter.${2 * paths.indexOf(path) + 1}.${rest}`, wanted)
    },
  }
}

/** The arrays of a call, keyed by the names of the graph's inputs. */
export function imagePromptTensors(
  { batch, imagePrompts = [] }: UNetInput,
  { contextWidth }: UNetConfig,
): Record<string, Tensor> {
  const tensors = imagePrompts.flatMap(({ tokens, scales }, i): [string, Tensor][] => {
    const perRow = tokens.length / batch / contextWidth
    return [
      [imagePromptNames.tokens(i), { data: tokens, shape: [batch, perRow, contextWidth] }],
      [imagePromptNames.scales(i), { data: Float32Array.from(scales), shape: [scales.length] }],
    ]
  })
  return Object.fromEntries(tensors)
}
