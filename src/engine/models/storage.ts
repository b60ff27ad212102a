/** The size of a model on disk, and the types of its weights. */
import { z } from 'zod'
import { readOnnxFile } from '../weights/onnx-file.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../weights/safetensors.ts'

export const storage = z.object({
  layout: z.enum(['folder', 'file', 'onnx']),
  /** The path of the file or folder as found. */
  path: z.string(),
  bytes: z.number(),
  /** Sorted by bytes, the largest first. */
  dtypes: z.array(z.string()),
})
export type Storage = z.infer<typeof storage>

export function storageOfFile(path: string, header: SafetensorsHeader): Storage {
  return { layout: 'file', path, ...sum([header]) }
}

/** files: the weight files, with the index of shards if there is one. */
export async function storageOfFolder(path: string, files: readonly string[]): Promise<Storage> {
  const headers: SafetensorsHeader[] = []
  for (const file of files.filter(one => one.endsWith('.safetensors'))) {
    headers.push(await readSafetensorsHeader(file))
  }
  return { layout: 'folder', path, ...sum(headers) }
}

export async function storageOfGraphs(path: string, graphs: readonly string[]): Promise<Storage> {
  const bytesByType = new Map<string, number>()
  for (const graph of graphs) {
    for (const [dtype, bytes] of (await readOnnxFile(graph)).bytesByType) add(bytesByType, dtype, bytes)
  }
  return { layout: 'onnx', path, ...summary(bytesByType) }
}

function sum(headers: readonly SafetensorsHeader[]): Pick<Storage, 'bytes' | 'dtypes'> {
  const bytesByType = new Map<string, number>()
  for (const { tensors } of headers) {
    for (const { dtype, length } of tensors.values()) add(bytesByType, dtype, length)
  }
  return summary(bytesByType)
}

function add(bytesByType: Map<string, number>, dtype: string, bytes: number): void {
  bytesByType.set(dtype, (bytesByType.get(dtype) ?? 0) + bytes)
}

function summary(bytesByType: ReadonlyMap<string, number>): Pick<Storage, 'bytes' | 'dtypes'> {
  // Integers, such as ids of positions, are not weights.
  const sorted = [...bytesByType].filter(([dtype]) => /F/.test(dtype)).sort(([, a], [, b]) => b - a)
  return {
    bytes: [...bytesByType.values()].reduce((total, bytes) => total + bytes, 0),
    dtypes: sorted.map(([dtype]) => dtype),
  }
}
