/** An open VAE: latents to pictures and pictures to latents. */
import type { ResidentSession } from '../../onnx/memory/residency.ts'
import { type LatentScaling, rgbChannels, type VaeConfig } from '../configs/vae-config.ts'
import { vaeWorkingBytes } from '../memory/working-memory.ts'
import type { Vae } from '../networks.ts'
import { vaeFactor } from '../vae.ts'

/** The open decoder or encoder, with the names of its input and output. */
export interface VaeHalf {
  readonly session: ResidentSession
  readonly input: string
  readonly output: string
}

export class OpenVae implements Vae {
  readonly #config: VaeConfig
  readonly #decoder: VaeHalf
  readonly #encoder: VaeHalf
  readonly #valueBytes: number

  /** valueBytes: of a value inside the graphs. */
  constructor(config: VaeConfig, decoder: VaeHalf, encoder: VaeHalf, valueBytes: number) {
    this.#config = config
    this.#decoder = decoder
    this.#encoder = encoder
    this.#valueBytes = valueBytes
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
    return this.#run(this.#decoder, latents, shape, batch * heightLatent * widthLatent * this.factor ** 2)
  }

  async encode(
    pixels: Float32Array,
    batch: number,
    heightPx: number,
    widthPx: number,
  ): Promise<Float32Array> {
    const shape = [batch, rgbChannels, heightPx, widthPx]
    return this.#run(this.#encoder, pixels, shape, batch * heightPx * widthPx)
  }

  #run({ session, input, output }: VaeHalf, data: Float32Array, shape: readonly number[], pixels: number) {
    const workingBytes = vaeWorkingBytes(this.#config, pixels, this.#valueBytes)
    return session.run({ [input]: { data, shape } }, output, workingBytes)
  }

  async close(): Promise<void> {
    await this.#decoder.session.close()
    await this.#encoder.session.close()
  }
}
