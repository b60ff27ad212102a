/** Owns saying where one network's weights lie; plain data that crosses to workers. */
import { z } from 'zod'
import { openDiffusersFolder } from './diffusers-layout.ts'
import { namings, openFileWeights } from './file-layout.ts'
import type { WeightSource } from './source.ts'

export const weightLocation = z.discriminatedUnion('layout', [
  /** A component's folder as diffusers writes it: one file, a variant, or shards. */
  z.object({ layout: z.literal('folder'), folder: z.string() }),
  /** The tensors of a file whose names begin with `prefix`. */
  z.object({ layout: z.literal('file'), file: z.string(), prefix: z.string(), naming: z.enum(namings) }),
])
export type WeightLocation = z.infer<typeof weightLocation>

/** @throws AppError 'model-file' for a missing, truncated or untrustworthy file. */
export function openWeights(location: WeightLocation): Promise<WeightSource> {
  return location.layout === 'folder'
    ? openDiffusersFolder(location.folder)
    : openFileWeights(location.file, location.prefix, location.naming)
}
