/** Owns what makes a picture a prompt, open: CLIP's image encoder, and an IP-Adapter's projection of what it says. */
import { AppError } from '../../errors.ts'
import { Session, type SessionOptions, wanted } from '../onnx/session.ts'
import { parseConfig } from '../weights/config-file.ts'
import { openWeights, type WeightLocation } from '../weights/location.ts'
import type { WeightSource } from '../weights/source.ts'
import { buildClipVision, clipVisionNames, placesOf } from './clip-vision.ts'
import { type ClipVisionConfig, clipVisionConfigSchema } from './clip-vision-config.ts'
import { buildImageProjection, imageProjectionNames } from './image-projection.ts'
import { type IpAdapterConfig, ipAdapterConfigOf } from './ip-adapter-config.ts'
import type { IpAdapter, UNet } from './networks.ts'
import type { NetworkPart } from './parts.ts'

/** What the encoder says of a picture. */
export interface SeenImage {
  /** [projectionSize] */
  readonly embeds: Float32Array
  /** [places, hiddenSize] */
  readonly hidden: Float32Array
}

/** @throws AppError 'model-file' or 'model-config'. */
export async function openImageEncoder(
  part: NetworkPart,
  options: SessionOptions = {},
): Promise<OpenImageEncoder> {
  const config = parseConfig(part.configFile, part.config, clipVisionConfigSchema)
  const graph = buildClipVision(config, await openWeights(part.weights))
  return new OpenImageEncoder(config, await Session.open('image encoder', graph, options))
}

/**
 * An IP-Adapter's weights, which a U-Net's graph takes in.
 * @throws AppError 'model-file', or 'model-config' where it was made for another U-Net.
 */
export async function openIpAdapter(
  { hash, weights }: { readonly hash: string; readonly weights: WeightLocation },
  unet: UNet,
): Promise<{ adapter: IpAdapter; config: IpAdapterConfig }> {
  const source = await openWeights(weights)
  const config = ipAdapterConfigOf(source)
  if (config.contextWidth !== unet.crossAttentionDim) {
    const problem = { what: 'text-width', found: config.contextWidth, given: unet.crossAttentionDim } as const
    throw new AppError('model-config', { file: source.place, key: 'image_proj', problem })
  }
  return { adapter: { hash, weights: source, tokens: config.tokens }, config }
}

/** @throws AppError 'model-file' or 'model-config' where it was made for another encoder. */
export async function openImageProjection(
  config: IpAdapterConfig,
  weights: WeightSource,
  encoder: ClipVisionConfig,
  options: SessionOptions = {},
): Promise<OpenImageProjection> {
  const given = config.sees === 'embeds' ? encoder.projectionSize : encoder.hiddenSize
  if (config.inputWidth !== given) {
    const problem = { what: 'text-width', found: config.inputWidth, given } as const
    throw new AppError('model-config', { file: weights.place, key: 'image_proj', problem })
  }
  const graph = buildImageProjection(config, weights, placesOf(encoder))
  return new OpenImageProjection(config, await Session.open('image projection', graph, options))
}

export class OpenImageEncoder {
  readonly config: ClipVisionConfig
  readonly #session: Session

  constructor(config: ClipVisionConfig, session: Session) {
    this.config = config
    this.#session = session
  }

  /** pixels: [3, sidePx, sidePx], normalised. */
  async encode(pixels: Float32Array): Promise<SeenImage> {
    const { sidePx } = this.config
    const { pixels: input, embeds, hidden } = clipVisionNames
    const results = await this.#session.runAll({ [input]: { data: pixels, shape: [1, 3, sidePx, sidePx] } }, [
      embeds,
      hidden,
    ])
    return { embeds: wanted(results, embeds), hidden: wanted(results, hidden) }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}

export class OpenImageProjection {
  readonly config: IpAdapterConfig
  readonly #session: Session

  constructor(config: IpAdapterConfig, session: Session) {
    this.config = config
    this.#session = session
  }

  /** What the encoder says → [tokens, contextWidth]. */
  project({ embeds, hidden }: SeenImage): Promise<Float32Array> {
    const { sees, inputWidth } = this.config
    const input =
      sees === 'embeds'
        ? { data: embeds, shape: [1, inputWidth] }
        : { data: hidden, shape: [1, hidden.length / inputWidth, inputWidth] }
    return this.#session.run({ [imageProjectionNames.input]: input }, imageProjectionNames.output)
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
