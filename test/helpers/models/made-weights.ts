/** Weights made up for a graph: whatever tensors it asks for, with the values that a test wants. */
import { join } from 'node:path'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { readSafetensors } from '../../../src/engine/weights/safetensors.ts'
import type { WeightSource } from '../../../src/engine/weights/source.ts'
import { tempFolder } from '../temp-folder.ts'
import { type TensorToWrite, writeSafetensors } from './safetensors.ts'

/**
 * Writes a file with every tensor that `build` asks for.
 * fillWith: the value of all the elements of a tensor, by its name.
 */
export function madeWeights(
  build: (source: WeightSource) => unknown,
  fillWith: (name: string) => number,
): Promise<WeightSource> {
  return written(build, (name, count) => new Float32Array(count).fill(fillWith(name)))
}

/** The same with numbers that neither vanish nor grow from layer to layer: norms about 1, matrices by their width. */
export function randomWeights(build: (source: WeightSource) => unknown): Promise<WeightSource> {
  const random = new TorchRandom(1)
  return written(build, (name, count, shape) => {
    const isNorm = /norm[^.]*\.weight$/.test(name)
    const spread = isNorm || shape.length < 2 ? 0.1 : 1 / Math.sqrt(count / (shape[0] ?? 1))
    return random.randn(count).map(value => (isNorm ? 1 : 0) + spread * value)
  })
}

async function written(
  build: (source: WeightSource) => unknown,
  valuesOf: (name: string, count: number, shape: readonly number[]) => Float32Array,
): Promise<WeightSource> {
  const wanted: Record<string, TensorToWrite> = {}
  build({
    place: 'nowhere',
    find(name, shape) {
      const count = shape.reduce((product, size) => product * size, 1)
      const bytes = new Uint8Array(valuesOf(name, count, shape).buffer)
      wanted[name] = { dtype: 'F32', shape, bytes }
      return { name, dtype: 'F32', shape, file: '/nowhere/w', offset: 0, length: 4 * count }
    },
  })
  const file = join(tempFolder(), 'made.safetensors')
  writeSafetensors(file, wanted)
  const tensors = await readSafetensors(file)
  return { place: file, find: name => tensors.get(name) }
}
