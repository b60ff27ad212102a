/** The cache file of a network's weights in float32, which a session maps instead of converting them each time it opens. */
import { type Arrangement, arrangements } from '../arrangements/arrangement.ts'
import type { StoredTensor } from '../safetensors.ts'
import { readTensor } from '../tensor-values.ts'
import { writeAll } from '../write-all.ts'
import { FilePlaces } from './file-places.ts'
import { ofVersion } from './file-versions.ts'
import type { WeightFile } from './weight-file.ts'

/** Raised when the file changes, also when a graph's arrangement changes: every file is then written again. */
const formatVersion = 4

/** Whether a graph in float32 can map the stored tensor. */
export function isMappable({ dtype, isTransposed, scale }: StoredTensor): boolean {
  return dtype === 'F32' && !isTransposed && !scale
}

/**
 * Describes the file for these tensors without reading anything. `path`: of the file, without the version of the format. `hash`: of
 * the model's weights. `wanted`: the arrangements for the file, by name of the tensor.
 */
export function float32File(
  path: string,
  hash: string,
  originals: ReadonlyMap<string, StoredTensor>,
  wanted: ReadonlyMap<string, Arrangement> = new Map(),
): WeightFile {
  const file = ofVersion(path, formatVersion)
  const places = new FilePlaces({ format: 'easel-float32', version: String(formatVersion), hash })
  const placed = [...originals].map(([name, { shape }]) => {
    const arrangement = wanted.get(name)
    const stored = arrangement ? arrangements[arrangement].shapeOf(shape) : shape
    const { dtype, offset, length } = places.add(name, 'F32', stored, 4 * stored.reduce((a, b) => a * b, 1))
    return { name, place: { dtype, offset, length, shape, ...(arrangement && { arrangement }) } }
  })
  const arrangementOf = new Map([...originals].map(([name, original]) => [original, wanted.get(name)]))
  const write: WeightFile['write'] = async (sink, original) => {
    const values = await readTensor(original)
    const arrangement = arrangementOf.get(original)
    return writeAll(sink, arrangement ? arrangements[arrangement].arrange(values, original.shape) : values)
  }
  return places.weightFile({ file, originals, write }, headerBytes =>
    placed.map(({ name, place }) => [name, { ...place, name, file, offset: headerBytes + place.offset }]),
  )
}
