/** Owns what makes a picture a prompt, open: CLIP's image encoder, and an IP-Adapter's projection of what it says. */
import { type Session, wanted } from '../onnx/session.ts'
import { clipVisionNames, placesOf } from './clip-vision.ts'
import type { ClipVisionConfig } from './clip-vision-config.ts'
import { imageProjectionNames } from './image-projection.ts'
import type { IpAdapterConfig } from './ip-adapter-config.ts'

/** What the encoder says of a picture. */
export interface SeenImage {
  /** [projectionSize] */
  readonly embeds: Float32Array
  /** [places, hiddenSize] */
  readonly hidden: Float32Array
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
  readonly #places: number

  constructor(config: IpAdapterConfig, session: Session, encoder: ClipVisionConfig) {
    this.config = config
    this.#session = session
    this.#places = placesOf(encoder)
  }

  /** What the encoder says → [tokens, contextWidth]. */
  project({ embeds, hidden }: SeenImage): Promise<Float32Array> {
    const { sees, inputWidth } = this.config
    const input =
      sees === 'embeds'
        ? { data: embeds, shape: [1, inputWidth] }
        : { data: hidden, shape: [1, this.#places, inputWidth] }
    return this.#session.run({ [imageProjectionNames.input]: input }, imageProjectionNames.output)
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
