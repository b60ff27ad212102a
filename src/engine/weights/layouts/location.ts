/** The location of one network's weights, as plain data that is sent to workers. */
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { WeightSource } from '../source.ts'
import { openDiffusersFolder } from './diffusers-folder.ts'
import { namings, openFileWeights } from './single-file.ts'

export const weightLocation = z.discriminatedUnion('layout', [
  /** A component's folder in diffusers' layout: one file, a variant, or shards. */
  z.object({ layout: z.literal('folder'), folder: z.string() }),
  /** The tensors of a file whose names begin with `prefix`. */
  z.object({ layout: z.literal('file'), file: z.string(), prefix: z.string(), naming: z.enum(namings) }),
  /** Inside foreign ONNX graphs, which run unchanged: one graph, or a VAE's two. */
  z.object({ layout: z.literal('onnx'), graphs: z.tuple([z.string()], z.string()) }),
])
export type WeightLocation = z.infer<typeof weightLocation>

/**
 * Opens the weights at a location.
 * @throws AppError 'model-file' when a file is missing, truncated or invalid, or the weights are inside a foreign graph.
 */
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
