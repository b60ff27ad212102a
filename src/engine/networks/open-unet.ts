/** Owns a U-Net that is open: noisy latents and conditioning in, predicted noise out. */
import type { Session } from '../onnx/session.ts'
import type { UNet, UNetInput } from './networks.ts'
import { latentMultiple, unetNames } from './unet.ts'
import type { UNetConfig } from './unet-config.ts'

export class OpenUNet implements UNet {
  readonly timeIdCount: number
  readonly #config: UNetConfig
  readonly #session: Session

  constructor(config: UNetConfig, timeIdCount: number, session: Session) {
    this.#config = config
    this.timeIdCount = timeIdCount
    this.#session = session
  }

  get crossAttentionDim(): number {
    return this.#config.contextWidth
  }

  get latentMultiple(): number {
    return latentMultiple(this.#config)
  }

  async predict(input: UNetInput): Promise<Float32Array> {
    return this.#session.run(unetInputs(input, this.#config.inChannels), unetNames.output)
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}

/** A call's arrays under the names of the graph's inputs. */
export function unetInputs(input: UNetInput, channels: number) {
  const { batch, heightLatent, widthLatent, sample, timestep, context, tokens, pooled, timeIds } = input
  return {
    [unetNames.sample]: { data: sample, shape: [batch, channels, heightLatent, widthLatent] },
    [unetNames.timestep]: { data: new Float32Array(batch).fill(timestep), shape: [batch] },
    [unetNames.context]: { data: context, shape: [batch, tokens, context.length / batch / tokens] },
    [unetNames.pooled]: { data: pooled, shape: [batch, pooled.length / batch] },
    [unetNames.timeIds]: { data: timeIds, shape: [batch, timeIds.length / batch] },
  }
}
