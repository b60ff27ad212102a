/** The cache file of a network's matrices in 8-bit blocks: the integers and the scales of each. */
import { FilePlaces } from '../cached/file-places.ts'
import { ofVersion } from '../cached/file-versions.ts'
import type { WeightFile } from '../cached/weight-file.ts'
import type { StoredTensor } from '../safetensors.ts'
import { readTensor } from '../tensor-values.ts'
import { blockSize, blocksOf } from './quantise-rows.ts'
import { writeQuantised } from './write-quantised.ts'

/** Raised when the file changes: every file is then written again. */
const formatVersion = 2

/** Describes the file, as float32File does. */
export function quantisedFile(
  path: string,
  hash: string,
  originals: ReadonlyMap<string, StoredTensor>,
): WeightFile {
  const file = ofVersion(path, formatVersion)
  const places = new FilePlaces({ format: 'easel-blocks', version: String(formatVersion), hash })
  const placed = [...originals].map(([name, { shape }]) => {
    const [rows = 0, columns = 0] = shape
    const blocks = blocksOf(columns)
    const integersShape = [rows, blocks, blockSize]
    const integers = places.add(name, 'U8', integersShape, rows * blocks * blockSize)
    const scales = places.add(`${name}.scales`, 'F32', [rows * blocks], 4 * rows * blocks)
    return { name, shape, integers, scales }
  })
  const write: WeightFile['write'] = async (sink, original) => {
    const at = { shape: original.shape, file, offset: 0 }
    const written = await writeQuantised(sink, original.name, await readTensor(original), at)
    return written.length + (written.blockScales?.length ?? 0)
  }
  return places.weightFile({ file, originals, write }, headerBytes =>
    placed.map(({ name, shape, integers, scales }) => {
      const blockScales = { ...scales, name: `${name}.scales`, file, offset: headerBytes + scales.offset }
      return [name, { ...integers, name, file, shape, offset: headerBytes + integers.offset, blockScales }]
    }),
  )
}
