/** The cache file of a network's weights in float32, which a session maps instead of converting them each time it opens. */
import type { StoredTensor } from '../safetensors.ts'
import { readTensor } from '../tensor-values.ts'
import { writeAll } from '../write-all.ts'
import { FilePlaces } from './file-places.ts'
import type { WeightFile } from './weight-file.ts'

/** Another number makes every file anew. */
const formatVersion = '1'

/** Whether a graph in float32 can map the tensor where it lies. */
export function isMappable({ dtype, isTransposed, scale }: StoredTensor): boolean {
  return dtype === 'F32' && !isTransposed && !scale
}

/** Describes the file for these tensors without reading anything. hash: that of the weights that it is made from. */
export function float32File(
  file: string,
  hash: string,
  originals: ReadonlyMap<string, StoredTensor>,
): WeightFile {
  const places = new FilePlaces({ format: 'easel-float32', version: formatVersion, hash })
  const placed = [...originals].map(([name, { shape }]) => {
    const count = shape.reduce((product, size) => product * size, 1)
    return { name, place: places.add(name, 'F32', shape, 4 * count) }
  })
  const write: WeightFile['write'] = async (handle, original) => writeAll(handle, await readTensor(original))
  return places.weightFile({ file, originals, write }, headerBytes =>
    placed.map(({ name, place }) => [name, { ...place, name, file, offset: headerBytes + place.offset }]),
  )
}
