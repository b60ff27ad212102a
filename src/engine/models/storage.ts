/** Owns how much room a model takes on disk, and in which types its numbers are kept. */
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { readSafetensorsHeader, type SafetensorsHeader } from '../weights/safetensors.ts'

export const storage = z.object({
  layout: z.enum(['folder', 'file', 'onnx']),
  /** The file or folder, as it was found. */
  path: z.string(),
  bytes: z.number(),
  /** The one with the most bytes first. */
  dtypes: z.array(z.string()),
})
export type Storage = z.infer<typeof storage>

export function storageOfFile(path: string, header: SafetensorsHeader): Storage {
  return { layout: 'file', path, ...sum([header]) }
}

/** files: of weights; those that are no .safetensors count by their size alone. */
export async function storageOfFolder(
  path: string,
  files: readonly string[],
  layout: Storage['layout'] = 'folder',
): Promise<Storage> {
  const weights = files.filter(file => file.endsWith('.safetensors'))
  const headers: SafetensorsHeader[] = []
  for (const file of weights) headers.push(await readSafetensorsHeader(file))
  let others = 0
  for (const file of files) if (!weights.includes(file)) others += (await stat(file)).size
  const { bytes, dtypes } = sum(headers)
  return { layout, path, bytes: bytes + others, dtypes }
}

function sum(headers: readonly SafetensorsHeader[]): Pick<Storage, 'bytes' | 'dtypes'> {
  const bytesByType = new Map<string, number>()
  for (const { tensors } of headers) {
    for (const { dtype, length } of tensors.values()) {
      bytesByType.set(dtype, (bytesByType.get(dtype) ?? 0) + length)
    }
  }
  // Numbers that are not weights, such as ids of positions, say nothing of a model.
  const sorted = [...bytesByType].filter(([dtype]) => /F/.test(dtype)).sort(([, a], [, b]) => b - a)
  return {
    bytes: [...bytesByType.values()].reduce((total, bytes) => total + bytes, 0),
    dtypes: sorted.map(([dtype]) => dtype),
  }
}
