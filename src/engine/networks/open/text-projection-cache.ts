/** Keeps the text projections of the latest prompts for the next U-Net calls. */
import type { Tensor } from '../../onnx/session.ts'
import type { UNetInput } from '../networks.ts'
import { type TextProjection, textProjectionName } from '../text-projections.ts'
import { unetNames } from '../unet.ts'

/** Longer prompts are projected at every step: the projections of one row of 77 tokens have 51 MB in SDXL's Base. */
const maxTokens = 2 * 77

/** Two entries: for the guided rows and the positive rows, or for two rows that run one after the other. */
const maxEntries = 2

interface Entry {
  readonly context: Float32Array
  readonly tensors: Readonly<Record<string, Tensor>>
}

export class TextProjectionCache {
  readonly #projections: readonly TextProjection[]
  /** The latest first. */
  #entries: readonly Entry[] = []

  /** `projections`: the inputs of the graph; none for a graph that always projects the text. */
  constructor(projections: readonly TextProjection[]) {
    this.#projections = projections
  }

  clear(): void {
    this.#entries = []
  }

  /** The inputs that carry the prompt, and the outputs to pass to `keep`. */
  inputsFor({ context, batch, tokens }: UNetInput): {
    readonly inputs: Readonly<Record<string, Tensor>>
    readonly outputs: readonly string[]
  } {
    const width = context.length / batch / tokens
    const text = (data: Float32Array, rows: number) => ({
      [unetNames.context]: { data, shape: [batch, rows, width] },
    })
    const found = this.#entries.find(entry => isSameArray(entry.context, context))
    if (found) return { inputs: { ...text(new Float32Array(), 0), ...found.tensors }, outputs: [] }
    const none = this.#projections.map((projection): [string, Tensor] => [
      textProjectionName(projection.path),
      { data: new Float32Array(), shape: [batch, 0, projection.width] },
    ])
    const outputs = tokens <= maxTokens ? this.#projections.map(({ path }) => path) : []
    return { inputs: { ...text(context, tokens), ...Object.fromEntries(none) }, outputs }
  }

  /** Keeps the projections of a prompt. `results`: the values of all `outputs` of a call with this input. */
  keep({ context, batch, tokens }: UNetInput, results: ReadonlyMap<string, Float32Array>): void {
    const tensors = this.#projections.flatMap(({ path, width }): [string, Tensor][] => {
      const data = results.get(path)
      return data ? [[textProjectionName(path), { data, shape: [batch, tokens, width] }]] : []
    })
    if (tensors.length === 0) return
    const entry = { context, tensors: Object.fromEntries(tensors) }
    this.#entries = [entry, ...this.#entries].slice(0, maxEntries)
  }
}

/** Compares memory and range, because rows that run one by one are new views of one array at every step. */
function isSameArray(one: Float32Array, other: Float32Array): boolean {
  return one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.length === other.length
}
