/** Owns one text encoder that is open: token ids in, hidden states and pooled text out. */
import { AppError } from '../../../errors.ts'
import { type Session, wanted } from '../../onnx/session.ts'
import { clipInput, clipNames, type PlacedVector } from '../clip.ts'
import type { ClipConfig } from '../clip-config.ts'
import type { TextEncoder } from '../networks.ts'

export class OpenTextEncoder implements TextEncoder {
  readonly #config: ClipConfig
  readonly #session: Session
  /** Of a graph that another maker wrote, which takes ids alone. */
  readonly #graphFile: string | undefined

  constructor(config: ClipConfig, session: Session, graphFile?: string) {
    this.#config = config
    this.#session = session
    this.#graphFile = graphFile
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
    // hidden_states[-1] is what the last block gives; the embeddings are the earliest there is.
    const hidden = clipNames.hidden(Math.max(0, layers + 1 - layerFromEnd))
    const pooled = projectionSize === undefined ? [] : [clipNames.pooled]
    const results = await this.#session.runAll(this.#inputs(ids, vectors), [hidden, ...pooled])
    const states = { hidden: wanted(results, hidden) }
    return projectionSize === undefined ? states : { ...states, pooled: wanted(results, clipNames.pooled) }
  }

  #inputs(ids: Int32Array, vectors: readonly PlacedVector[]): ReturnType<typeof clipInput> {
    const file = this.#graphFile
    if (file === undefined) return clipInput(ids, this.#config, vectors)
    if (vectors.length > 0) throw new AppError('model-file', { file, problem: { what: 'onnx-weights' } })
    const { positions } = this.#config
    return { [clipNames.ids]: { data: ids, shape: [ids.length / positions, positions] } }
  }

  async close(): Promise<void> {
    await this.#session.close()
  }
}
