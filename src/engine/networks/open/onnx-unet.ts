/** A U-Net from a foreign ONNX graph. It runs unchanged and as a whole, and nothing can be added to it. */
import { AppError } from '../../../errors/errors.ts'
import type { ResidentSession } from '../../onnx/memory/residency.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import type { IpAdapter, ReusableUNet, UNetInput } from '../networks.ts'
import type { ResidualSpec } from '../residuals.ts'
import { unetNames } from '../unet.ts'
import { unetInputs } from './open-unet.ts'

export class OnnxUNet implements ReusableUNet {
  readonly timeIdCount: number
  /** Neither ControlNets nor image prompts can be added. */
  readonly residualSpecs: readonly ResidualSpec[] = []
  readonly crossAttentions: readonly string[] = []
  readonly ownWeights = undefined
  readonly #config: UNetConfig
  readonly #session: ResidentSession
  readonly #file: string

  constructor(config: UNetConfig, timeIdCount: number, session: ResidentSession, file: string) {
    this.#config = config
    this.timeIdCount = timeIdCount
    this.#session = session
    this.#file = file
  }

  get timeIdWidth(): number {
    return this.#config.timeIdWidth
  }

  get inChannels(): number {
    return this.#config.inChannels
  }

  get crossAttentionDim(): number {
    return this.#config.contextWidth
  }

  /** @throws AppError 'model-file' when residuals or image prompts are given. */
  async predict(input: UNetInput): Promise<Float32Array> {
    if (input.residuals || input.imagePrompts?.length) throw this.#nothingAdded()
    const inputs = unetInputs(input, this.#config.inChannels)
    return this.#session.run(
      { ...inputs, [unetNames.timestep]: await this.#timestep(input) },
      unetNames.output,
    )
  }

  /** @throws AppError 'model-file' when residuals or image prompts are given. */
  async load(adapters: readonly IpAdapter[]): Promise<void> {
    if (adapters.length > 0) throw this.#nothingAdded()
  }

  /** @throws AppError 'model-file' when called, because the weights are inside the graph. */
  async replaceWeights(): Promise<void> {
    throw this.#nothingAdded()
  }

  #nothingAdded(): AppError {
    return new AppError('model-file', { file: this.#file, problem: { what: 'onnx-weights' } })
  }

  /** Exporters differ: one timestep for all rows, as a scalar or a list of one, or one per row. */
  async #timestep({ timestep, batch }: UNetInput) {
    const shapes = await this.#session.inputs()
    const [extent] = shapes.get(unetNames.timestep) ?? []
    const [rows] = shapes.get(unetNames.sample) ?? []
    if (extent === undefined) return { data: Float32Array.of(timestep), shape: [] }
    const count = extent === rows ? batch : 1
    return { data: new Float32Array(count).fill(timestep), shape: [count] }
  }

  /** The graph gives no deep features, so every call runs the whole U-Net. */
  async predictDeep(input: UNetInput): Promise<{ output: Float32Array; deep: Float32Array }> {
    return { output: await this.predict(input), deep: new Float32Array() }
  }

  predictShallow(input: UNetInput): Promise<Float32Array> {
    return this.predict(input)
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}
