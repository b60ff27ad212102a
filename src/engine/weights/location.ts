/** Owns saying where one network's weights lie; plain data that crosses to workers. */
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { openDiffusersFolder } from './diffusers-layout.ts'
import { namings, openFileWeights } from './file-layout.ts'
import type { WeightSource } from './source.ts'

export const weightLocation = z.discriminatedUnion('layout', [
  /** A component's folder as diffusers writes it: one file, a variant, or shards. */
  z.object({ layout: z.literal('folder'), folder: z.string() }),
  /** The tensors of a file whose names begin with `prefix`. */
  z.object({ layout: z.literal('file'), file: z.string(), prefix: z.string(), naming: z.enum(namings) }),
  /** Inside graphs of another maker, which run as they are: one, or a VAE's two. */
  z.object({ layout: z.literal('onnx'), graphs: z.tuple([z.string()], z.string()) }),
])
export type WeightLocation = z.infer<typeof weightLocation>

/** @throws AppError 'model-file' for a missing, truncated or untrustworthy file, or where only a graph knows its weights. */
export async function openWeights(location: WeightLocation): Promise<WeightSource> {
  switch (location.layout) {
    case 'folder':
      return openDiffusersFolder(location.folder)
    case 'file':
      return openFileWeights(location.file, location.prefix, location.naming)
    case 'onnx':
      throw new AppError('model-file', { file: location.graphs[0], problem: { what: 'onnx-weights' } })
  }
}
