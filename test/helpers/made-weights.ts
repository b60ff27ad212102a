/** Weights made up for a graph: whatever tensors it asks for, with the values that a test wants. */
import { join } from 'node:path'
import { readSafetensors } from '../../src/engine/weights/safetensors.ts'
import type { WeightSource } from '../../src/engine/weights/source.ts'
import { floats, type TensorToWrite, writeSafetensors } from './safetensors.ts'
import { tempFolder } from './temp-folder.ts'

/**
 * Writes a file with every tensor that `build` asks for.
 * fillWith: the value of all the elements of a tensor, by its name.
 */
export async function madeWeights(
  build: (source: WeightSource) => unknown,
  fillWith: (name: string) => number,
): Promise<WeightSource> {
  const wanted: Record<string, TensorToWrite> = {}
  build({
    place: 'nowhere',
    find(name, shape) {
      const count = shape.reduce((product, size) => product * size, 1)
      wanted[name] = { dtype: 'F32', shape, bytes: floats(...Array<number>(count).fill(fillWith(name))) }
      return { name, dtype: 'F32', shape, file: '/nowhere/w', offset: 0, length: 4 * count }
    },
  })
  const file = join(tempFolder(), 'made.safetensors')
  writeSafetensors(file, wanted)
  const tensors = await readSafetensors(file)
  return { place: file, find: name => tensors.get(name) }
}
