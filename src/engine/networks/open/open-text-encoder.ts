/** An open text encoder: token ids in, hidden states and pooled text out. */
import { AppError } from '../../../errors/errors.ts'
import type { ResidentSession } from '../../onnx/memory/residency.ts'
import { requireResult } from '../../onnx/session.ts'
import type { RecordedSource } from '../../weights/recorded-source.ts'
import type { WeightSource } from '../../weights/source.ts'
import { clipInput, clipNames, type PlacedVector } from '../clip.ts'
import type { ClipConfig } from '../configs/clip-config.ts'
import type { TextEncoder } from '../networks.ts'

/** The weights of its graph, and the function that opens it over other weights or its own, on its device or on the CPU. */
interface OwnWeights {
  readonly weights: RecordedSource
  open(weights: WeightSource | undefined, isOnCpu: boolean): ResidentSession
}

export class OpenTextEncoder implements TextEncoder {
  readonly #config: ClipConfig
  /** Undefined after a change of weights, until the next text. */
  #session: ResidentSession | undefined
  /** The file of a foreign graph; its only input is the ids. */
  readonly #graphFile: string | undefined
  readonly #own: OwnWeights | undefined
  /** Weights that replace its own. */
  #weights: WeightSource | undefined
  #isOnCpu = false

  constructor(config: ClipConfig, session: ResidentSession, graphFile?: string, own?: OwnWeights) {
    this.#config = config
    this.#session = session
    this.#graphFile = graphFile
    this.#own = own
  }

  get ownWeights(): RecordedSource | undefined {
    return this.#own?.weights
  }

  async replaceWeights(weights: WeightSource | undefined): Promise<void> {
    if (!this.#own) throw this.#nothingAdded()
    await this.close()
    this.#weights = weights
  }

  async useCpu(isOnCpu: boolean): Promise<void> {
    if (!this.#own || isOnCpu === this.#isOnCpu) return
    await this.close()
    this.#isOnCpu = isOnCpu
  }

  get hiddenSize(): number {
    return this.#config.hiddenSize
  }

  get layers(): number {
    return this.#config.layers
  }

  get projectionSize(): number | undefined {
    return this.#config.projectionSize
  }

  async encode(
    ids: Int32Array,
    layerFromEnd: number,
    vectors: readonly PlacedVector[] = [],
  ): Promise<{ hidden: Float32Array; pooled?: Float32Array }> {
    const { layers, projectionSize } = this.#config
    // hidden_states[-1] is the last block's output; the embeddings are the earliest hidden state.
    const hidden = clipNames.hidden(Math.max(0, layers + 1 - layerFromEnd))
    const pooled = projectionSize === undefined ? [] : [clipNames.pooled]
    const results = await this.#open().runAll(this.#inputs(ids, vectors), [hidden, ...pooled])
    const states = { hidden: requireResult(results, hidden) }
    return projectionSize === undefined
      ? states
      : { ...states, pooled: requireResult(results, clipNames.pooled) }
  }

  #inputs(ids: Int32Array, vectors: readonly PlacedVector[]): ReturnType<typeof clipInput> {
    const file = this.#graphFile
    if (file === undefined) return clipInput(ids, this.#config, vectors)
    if (vectors.length > 0) throw this.#nothingAdded()
    const { positions } = this.#config
    return { [clipNames.ids]: { data: ids, shape: [ids.length / positions, positions] } }
  }

  #open(): ResidentSession {
    if (this.#session) return this.#session
    if (!this.#own) throw this.#nothingAdded()
    this.#session = this.#own.open(this.#weights, this.#isOnCpu)
    return this.#session
  }

  #nothingAdded(): AppError {
    return new AppError('model-file', { file: this.#graphFile ?? '', problem: { what: 'onnx-weights' } })
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.close()
  }
}
