/** Writes a matrix in 8-bit blocks at a file's end: the integers, then the scales. */
import type { StoredTensor } from '../safetensors.ts'
import { type ByteSink, writeAll } from '../write-all.ts'
import { quantiseRows } from './quantise-rows.ts'

/** Returns the written matrix. `at`: its shape, and the end of the file before it. */
export async function writeQuantised(
  sink: ByteSink,
  name: string,
  values: Float32Array,
  at: Pick<StoredTensor, 'shape' | 'file' | 'offset'>,
): Promise<StoredTensor> {
  const [rows = 0, columns = 0] = at.shape
  const { integers, scales } = quantiseRows(values, rows, columns)
  const length = await writeAll(sink, integers)
  const blockScales: StoredTensor = {
    name: `${name}.scales`,
    dtype: 'F32',
    shape: [scales.length],
    file: at.file,
    offset: at.offset + length,
    length: await writeAll(sink, scales),
  }
  return { ...at, name, dtype: 'U8', length, blockScales }
}
