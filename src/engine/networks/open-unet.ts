/** Owns a U-Net that is open: noisy latents and conditioning in, predicted noise out. */
import { type Session, type Tensor, wanted } from '../onnx/session.ts'
import type { ReusableUNet, UNetInput } from './networks.ts'
import { residualPlaces, residualTensors } from './residuals.ts'
import { deepFeaturesInput, deepFeaturesPath } from './shallow-unet.ts'
import { unetNames } from './unet.ts'
import type { UNetConfig } from './unet-config.ts'

export class OpenUNet implements ReusableUNet {
  readonly timeIdCount: number
  readonly #config: UNetConfig
  readonly #session: Session
  readonly #openShallow: () => Promise<Session>
  /** Opened when it is first asked for: few pictures are painted that way. */
  #shallow: Promise<Session> | undefined

  constructor(
    config: UNetConfig,
    timeIdCount: number,
    session: Session,
    openShallow: () => Promise<Session>,
  ) {
    this.#config = config
    this.timeIdCount = timeIdCount
    this.#session = session
    this.#openShallow = openShallow
  }

  get inChannels(): number {
    return this.#config.inChannels
  }

  get crossAttentionDim(): number {
    return this.#config.contextWidth
  }

  async predict(input: UNetInput): Promise<Float32Array> {
    return this.#session.run(this.#inputs(input), unetNames.output)
  }

  async predictDeep(input: UNetInput): Promise<{ output: Float32Array; deep: Float32Array }> {
    const deepPath = deepFeaturesPath(this.#config)
    const results = await this.#session.runAll(this.#inputs(input), [unetNames.output, deepPath])
    return { output: wanted(results, unetNames.output), deep: wanted(results, deepPath) }
  }

  async predictShallow(input: UNetInput, deep: Float32Array): Promise<Float32Array> {
    this.#shallow ??= this.#openShallow()
    const { batch, heightLatent, widthLatent } = input
    const inputs = unetInputs(input, this.#config.inChannels)
    const shape = [batch, deep.length / batch / heightLatent / widthLatent, heightLatent, widthLatent]
    const session = await this.#shallow
    return session.run({ ...inputs, [deepFeaturesInput]: { data: deep, shape } }, unetNames.output)
  }

  #inputs(input: UNetInput): Record<string, Tensor> {
    return {
      ...unetInputs(input, this.#config.inChannels),
      ...residualTensors(residualPlaces(this.#config), input.residuals),
    }
  }

  async close(): Promise<void> {
    await this.#session.close()
    await (await this.#shallow)?.close()
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
