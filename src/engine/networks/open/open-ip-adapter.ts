/** An open IP-Adapter: CLIP's image encoder, and the projection of its output to tokens. */
import { AppError } from '../../../errors/errors.ts'
import { type ResidentOptions, type ResidentSession, residentSession } from '../../onnx/memory/residency.ts'
import { requireResult } from '../../onnx/session.ts'
import { clipVisionNames } from '../clip-vision.ts'
import type { ClipVisionConfig } from '../configs/clip-vision-config.ts'
import type { IpAdapterConfig } from '../configs/ip-adapter-config.ts'
import { imageProjectionNames } from '../image-projection.ts'
import type { IpAdapter, UNet } from '../networks.ts'
import { planIpAdapter } from '../plan/plan-ip-adapter.ts'

/** The encoder's output for a picture. */
export interface EncodedImage {
  /** [projectionSize] */
  readonly embeds: Float32Array
  /** [places, hiddenSize] */
  readonly hidden: Float32Array
}

/** An IP-Adapter opened for one picture: its image encoder and its projection. */
export interface OpenIpAdapter {
  readonly adapter: IpAdapter
  readonly encoder: OpenImageEncoder
  readonly projection: OpenImageProjection
  close(): Promise<void>
}

/** Opens both networks for a U-Net. @throws AppError 'model-file' when a file cannot be used, 'model-config' when the U-Net or the encoder does not match. */
export async function openIpAdapter(
  parts: Parameters<typeof planIpAdapter>[0] & { readonly hash: string },
  unet: UNet,
  options: ResidentOptions = {},
): Promise<OpenIpAdapter> {
  const plan = await planIpAdapter(parts, options)
  const { config, source } = plan
  if (config.contextWidth !== unet.crossAttentionDim) {
    const problem = { what: 'text-width', found: config.contextWidth, given: unet.crossAttentionDim } as const
    throw new AppError('model-config', { file: source.place, key: 'image_proj', problem })
  }
  const looking = residentSession('image encoder', parts.encoder.hash, plan.encoder, options)
  const projecting = residentSession('image projection', parts.hash, plan.projection, options)
  return {
    adapter: { hash: parts.hash, weights: source, tokens: config.tokens },
    encoder: new OpenImageEncoder(plan.encoderConfig, looking),
    projection: new OpenImageProjection(config, projecting),
    async close() {
      await looking.close()
      await projecting.close()
    },
  }
}

export class OpenImageEncoder {
  readonly config: ClipVisionConfig
  readonly #session: ResidentSession

  constructor(config: ClipVisionConfig, session: ResidentSession) {
    this.config = config
    this.#session = session
  }

  /** pixels: [3, sidePx, sidePx], normalised. */
  async encode(pixels: Float32Array): Promise<EncodedImage> {
    const { sidePx } = this.config
    const { pixels: input, embeds, hidden } = clipVisionNames
    const results = await this.#session.runAll({ [input]: { data: pixels, shape: [1, 3, sidePx, sidePx] } }, [
      embeds,
      hidden,
    ])
    return { embeds: requireResult(results, embeds), hidden: requireResult(results, hidden) }
  }
}

export class OpenImageProjection {
  readonly config: IpAdapterConfig
  readonly #session: ResidentSession

  constructor(config: IpAdapterConfig, session: ResidentSession) {
    this.config = config
    this.#session = session
  }

  /** The encoder's output → [tokens, contextWidth]. */
  project({ embeds, hidden }: EncodedImage): Promise<Float32Array> {
    const { sees, inputWidth } = this.config
    const input =
      sees === 'embeds'
        ? { data: embeds, shape: [1, inputWidth] }
        : { data: hidden, shape: [1, hidden.length / inputWidth, inputWidth] }
    return this.#session.run({ [imageProjectionNames.input]: input }, imageProjectionNames.output)
  }
}
