/** Owns a VAE that is open: latents to pictures and pictures to latents. */
import type { Session } from '../../onnx/session.ts'
import type { Vae } from '../networks.ts'
import { vaeFactor } from '../vae.ts'
import type { LatentScaling, VaeConfig } from '../vae-config.ts'

/** The decoder or the encoder, open, with what its one input and one output are called. */
export interface VaeHalf {
  readonly session: Session
  readonly input: string
  readonly output: string
}

function run({ session, input, output }: VaeHalf, data: Float32Array, shape: readonly number[]) {
  return session.run({ [input]: { data, shape } }, output)
}

export class OpenVae implements Vae {
  readonly #config: VaeConfig
  readonly #decoder: VaeHalf
  readonly #openEncoder: () => Promise<VaeHalf>
  /** Opened once, at the first picture to encode; a failure is not kept. */
  #encoder: Promise<VaeHalf> | undefined

  constructor(config: VaeConfig, decoder: VaeHalf, openEncoder: () => Promise<VaeHalf>) {
    this.#config = config
    this.#decoder = decoder
    this.#openEncoder = openEncoder
  }

  get scaling(): LatentScaling {
    return this.#config.scaling
  }

  get sampleSize(): number {
    return this.#config.sampleSize
  }

  get factor(): number {
    return vaeFactor(this.#config)
  }

  async decode(
    latents: Float32Array,
    batch: number,
    heightLatent: number,
    widthLatent: number,
  ): Promise<Float32Array> {
    const shape = [batch, this.#config.latentChannels, heightLatent, widthLatent]
    return run(this.#decoder, latents, shape)
  }

  async encode(
    pixels: Float32Array,
    batch: number,
    heightPx: number,
    widthPx: number,
  ): Promise<Float32Array> {
    this.#encoder ??= this.#openEncoder().catch(error => {
      this.#encoder = undefined
      throw error
    })
    const encoder = await this.#encoder
    const shape = [batch, this.#config.imageChannels, heightPx, widthPx]
    return run(encoder, pixels, shape)
  }

  async close(): Promise<void> {
    await this.#decoder.session.close()
    const encoder = await this.#encoder?.catch(() => undefined)
    await encoder?.session.close()
  }
}
