/** The list of tensors that a network's graph uses: names and shapes from its config, without a byte of weights. */
import type { WeightSource } from '../../src/engine/weights/source.ts'

export interface TensorSpec {
  /** As diffusers and transformers call it. */
  readonly name: string
  readonly shape: readonly number[]
}

/** What `build` asks for, each tensor once, in the order of the graph. */
export function tensorsOf(build: (source: WeightSource) => unknown): TensorSpec[] {
  const asked = new Map<string, TensorSpec>()
  build({
    place: 'nowhere',
    find(name, shape) {
      asked.set(name, { name, shape })
      return { name, dtype: 'F16', shape, file: '/nowhere/weights.safetensors', offset: 0, length: 0 }
    },
  })
  return [...asked.values()]
}

export function elementsOf({ shape }: Pick<TensorSpec, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1)
}
