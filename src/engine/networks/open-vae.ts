/** Owns a VAE that is open: latents to pictures and pictures to latents. */
import type { Session } from '../onnx/session.ts'
import type { Vae } from './networks.ts'
import { vaeFactor, vaeNames } from './vae.ts'
import type { LatentScaling, VaeConfig } from './vae-config.ts'

export class OpenVae implements Vae {
  readonly #config: VaeConfig
  readonly #decoder: Session
  readonly #openEncoder: () => Promise<Session>
  /** Opened once, at the first picture to encode; a failure is not kept. */
  #encoder: Promise<Session> | undefined

  constructor(config: VaeConfig, decoder: Session, openEncoder: () => Promise<Session>) {
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
    return this.#decoder.run({ [vaeNames.input]: { data: latents, shape } }, vaeNames.output)
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
    return encoder.run({ [vaeNames.input]: { data: pixels, shape } }, vaeNames.output)
  }

  async close(): Promise<void> {
    await this.#decoder.close()
    const encoder = await this.#encoder?.catch(() => undefined)
    await encoder?.close()
  }
}
