/** The configuration of an IP-Adapter, inferred from the shapes of its weights because it has no config.json. */
import { AppError } from '../../../errors/errors.ts'
import type { ResamplerOptions } from '../../modules/attention/resampler.ts'
import type { WeightSource } from '../../weights/source.ts'

export interface IpAdapterConfig {
  /** Number of tokens per picture. */
  readonly tokens: number
  /** Width of a token: that of the U-Net's context. */
  readonly contextWidth: number
  /** The projection's input: the image embedding (plain), or the hidden states (Plus). */
  readonly sees: 'embeds' | 'hidden'
  /** Width of the projection's input. */
  readonly inputWidth: number
  /** Only in IP-Adapter Plus. */
  readonly resampler: ResamplerOptions | undefined
}

/** Fixed in the reference for every resampler. */
const widthPerHead = 64

/** Infers the configuration. @throws AppError 'model-file' when a tensor is missing; names it. */
export function ipAdapterConfigOf(source: WeightSource): IpAdapterConfig {
  const shapeOf = (name: string): readonly number[] | undefined =>
    source.find(`image_proj.${name}`, [])?.shape
  const extent = (name: string, axis: number): number => {
    const size = shapeOf(name)?.[axis]
    if (size !== undefined) return size
    const problem = { what: 'tensor-missing', tensor: `image_proj.${name}` } as const
    throw new AppError('model-file', { file: source.place, problem })
  }
  if (!shapeOf('latents')) {
    const contextWidth = extent('norm.weight', 0)
    return {
      tokens: extent('proj.weight', 0) / contextWidth,
      contextWidth,
      sees: 'embeds',
      inputWidth: extent('proj.weight', 1),
      resampler: undefined,
    }
  }
  let layers = 0
  while (shapeOf(`layers.${layers}.0.to_q.weight`)) layers++
  const [tokens, attentionWidth] = [extent('latents', 1), extent('layers.0.0.to_q.weight', 0)]
  return {
    tokens,
    contextWidth: extent('proj_out.weight', 0),
    sees: 'hidden',
    inputWidth: extent('proj_in.weight', 1),
    resampler: {
      tokens,
      width: extent('latents', 2),
      layers,
      heads: attentionWidth / widthPerHead,
      attentionWidth,
      innerWidth: extent('layers.0.1.1.weight', 0),
    },
  }
}
