/** An open U-Net: noisy latents and conditioning in, predicted noise out. */
import type { ResidentSession } from '../../onnx/memory/residency.ts'
import { requireResult, type Tensor } from '../../onnx/session.ts'
import type { RecordedSource } from '../../weights/recorded-source.ts'
import type { WeightSource } from '../../weights/source.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import { crossAttentionPaths, imagePromptTensors } from '../image-prompts.ts'
import { unetWorkingBytes } from '../memory/working-memory.ts'
import type { IpAdapter, ReusableUNet, UNetInput } from '../networks.ts'
import { type ResidualSpec, residualSpecs, residualTensors } from '../residuals.ts'
import { deepFeaturesInput, deepFeaturesPath } from '../shallow-unet.ts'
import { textProjectionsOf } from '../text-projections.ts'
import { unetNames } from '../unet.ts'
import { TextProjectionCache } from './text-projection-cache.ts'

/** The functions that open the graphs on demand, over other weights or the network's own. */
interface OpenGraphs {
  readonly ownWeights: RecordedSource | undefined
  whole(adapters: readonly IpAdapter[], weights?: WeightSource): ResidentSession
  shallow(weights?: WeightSource): ResidentSession
  /** Whether the whole graphs give and take text projections. */
  readonly takesTextProjections: boolean
  /** Of a value inside the graphs. */
  readonly valueBytes: number
}

export class OpenUNet implements ReusableUNet {
  readonly timeIdCount: number
  readonly #config: UNetConfig
  readonly #open: OpenGraphs
  /** One session at a time, because each holds all weights. `hashes`: those of its adapters; empty without image prompts. */
  #whole: { readonly hashes: string; readonly session: ResidentSession } | undefined
  /** Opened on first use, because few orders need it. */
  #shallow: ResidentSession | undefined
  readonly #text: TextProjectionCache
  /** Weights that replace its own. */
  #weights: WeightSource | undefined

  constructor(config: UNetConfig, timeIdCount: number, session: ResidentSession, open: OpenGraphs) {
    this.#config = config
    this.timeIdCount = timeIdCount
    this.#whole = { hashes: '', session }
    this.#open = open
    this.#text = new TextProjectionCache(open.takesTextProjections ? textProjectionsOf(config) : [])
  }

  get ownWeights(): RecordedSource | undefined {
    return this.#open.ownWeights
  }

  /** The next call opens the graph, because only that call states its image prompts. */
  async replaceWeights(weights: WeightSource | undefined): Promise<void> {
    await this.close()
    this.#weights = weights
  }

  get timeIdWidth(): number {
    return this.#config.timeIdWidth
  }

  get residualSpecs(): readonly ResidualSpec[] {
    return residualSpecs(this.#config)
  }

  get crossAttentions(): readonly string[] {
    return crossAttentionPaths(this.#config)
  }

  get inChannels(): number {
    return this.#config.inChannels
  }

  get crossAttentionDim(): number {
    return this.#config.contextWidth
  }

  async predict(input: UNetInput): Promise<Float32Array> {
    return requireResult(await this.#run(input, [unetNames.output]), unetNames.output)
  }

  async predictDeep(input: UNetInput): Promise<{ output: Float32Array; deep: Float32Array }> {
    const deepPath = deepFeaturesPath(this.#config)
    const results = await this.#run(input, [unetNames.output, deepPath])
    return { output: requireResult(results, unetNames.output), deep: requireResult(results, deepPath) }
  }

  /** Runs the whole graph, over the text projections of an earlier call if it had the same prompt. */
  async #run(input: UNetInput, outputs: readonly string[]): Promise<Map<string, Float32Array>> {
    const session = await this.#wholeFor(input)
    const text = this.#text.inputsFor(input)
    const inputs = { ...this.#inputs(input), ...text.inputs }
    const workingBytes = unetWorkingBytes(this.#config, input, this.#open.valueBytes)
    const results = await session.runAll(inputs, [...outputs, ...text.outputs], workingBytes)
    this.#text.keep(input, results)
    return results
  }

  async predictShallow(input: UNetInput, deep: Float32Array): Promise<Float32Array> {
    this.#shallow ??= this.#open.shallow(this.#weights)
    const { batch, heightLatent, widthLatent } = input
    const inputs = unetInputs(input, this.#config.inChannels)
    const shape = [batch, deep.length / batch / heightLatent / widthLatent, heightLatent, widthLatent]
    const feeds = { ...inputs, [deepFeaturesInput]: { data: deep, shape } }
    const workingBytes = unetWorkingBytes(this.#config, input, this.#open.valueBytes)
    return this.#shallow.run(feeds, unetNames.output, workingBytes)
  }

  #inputs(input: UNetInput): Record<string, Tensor> {
    return {
      ...unetInputs(input, this.#config.inChannels),
      ...residualTensors(this.residualSpecs, input.residuals),
      ...imagePromptTensors(input, this.#config),
    }
  }

  async load(adapters: readonly IpAdapter[], onLoading: () => void): Promise<void> {
    await this.#wholeWith(adapters, onLoading)
  }

  #wholeFor({ imagePrompts = [] }: UNetInput): Promise<ResidentSession> {
    return this.#wholeWith(imagePrompts.map(({ adapter }) => adapter))
  }

  async #wholeWith(adapters: readonly IpAdapter[], onLoading?: () => void): Promise<ResidentSession> {
    const hashes = adapters.map(({ hash }) => hash).join()
    if (this.#whole?.hashes === hashes) return this.#whole.session
    onLoading?.()
    await this.#whole?.session.close()
    this.#whole = undefined
    this.#text.clear()
    const session = this.#open.whole(adapters, this.#weights)
    this.#whole = { hashes, session }
    return session
  }

  async close(): Promise<void> {
    const [whole, shallow] = [this.#whole, this.#shallow]
    this.#whole = undefined
    this.#shallow = undefined
    this.#text.clear()
    await whole?.session.close()
    await shallow?.close()
  }
}

/** The arrays of a call, keyed by the names of the graph's inputs. */
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
