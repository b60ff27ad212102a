/** Reads files of textual inversion (Gal et al. 2022): learned vectors for one or both text encoders. */

import { z } from 'zod'
import { type TextEncoderName, textEncoders } from '../../common/choices.ts'
import { AppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import type { SafetensorsHeader } from '../weights/safetensors.ts'
import { readSafetensorsHeader } from '../weights/safetensors.ts'
import { readTensor } from '../weights/tensor-values.ts'
import { chunkLength } from './prompt-rule.ts'
import { clipVocabulary } from './tokenizer/clip-vocabulary.ts'

/** One encoder's vectors in a file. */
export const embeddingPart = z.object({
  /** The tensor's name in the file. */
  tensor: z.string(),
  vectors: z.number(),
  width: z.number(),
  /** The encoder, if the tensor's name states it; otherwise the width determines it. */
  encoder: z.enum(textEncoders).optional(),
  /** diffusers' placeholder token: a name for prompts besides the file name. */
  placeholder: z.string().optional(),
})
export type EmbeddingPart = z.infer<typeof embeddingPart>

/** The names that trainers give to the encoders. */
const encoders: Readonly<Record<string, TextEncoderName>> = {
  clip_l: 'first',
  text_encoders_0: 'first',
  clip_g: 'second',
  text_encoders_1: 'second',
}

/** OneTrainer's output embeddings, added to an encoder's output. If there are vectors for its input, they are ignored, as in the UIs. */
const outputEmbedding = /^clip_[lg]_out$/

/** The embeddings in a file, by its header. @throws AppError 'model-file' when the file is not an embedding. */
export function describeEmbedding(path: string, { tensors }: SafetensorsHeader): EmbeddingPart[] {
  const usable = [...tensors].filter(([tensor]) => !outputEmbedding.test(tensor))
  if (usable.length === 0 && tensors.size > 0) {
    const variant = 'OneTrainer (output embedding)'
    throw new AppError('model-file', {
      file: path,
      problem: { what: 'variant-not-built', kind: 'embedding', variant },
    })
  }
  return usable.map(([tensor, { dtype, shape }]) => {
    const refuse = (problem: ModelFileProblem) => new AppError('model-file', { file: path, problem })
    const [vectors, width] = shape.length === 1 ? [1, shape[0]] : shape
    if (vectors === undefined || width === undefined || shape.length > 2) {
      throw refuse({ what: 'tensor-shape', tensor, expected: [1, 768], found: [...shape] })
    }
    if (!/^(?:F|BF)/.test(dtype)) {
      throw refuse({ what: 'tensor-dtype', tensor, dtype, usable: ['F32', 'F16', 'BF16'] })
    }
    if (vectors < 1 || vectors > chunkLength) {
      throw refuse({ what: 'embedding-vectors', tensor, found: vectors, most: chunkLength })
    }
    const encoder = Object.hasOwn(encoders, tensor) ? encoders[tensor] : undefined
    if (encoder) return { tensor, vectors, width, encoder }
    return { tensor, vectors, width, ...(tensor === 'emb_params' ? {} : { placeholder: tensor }) }
  })
}

/**
 * The same parts. A placeholder that CLIP has as a word is no name, or prompts with that word would mean the embedding; the reference
 * refuses it.
 */
export async function withoutWords(parts: readonly EmbeddingPart[]): Promise<EmbeddingPart[]> {
  if (!parts.some(({ placeholder }) => placeholder !== undefined)) return [...parts]
  const { ids } = await clipVocabulary(Number.POSITIVE_INFINITY, 'first')
  return parts.map(({ placeholder, ...part }) => {
    const isName = placeholder !== undefined && !Object.hasOwn(ids, placeholder.toLowerCase())
    return isName ? { ...part, placeholder } : part
  })
}

/** The widths of a model's text encoders; a Refiner has no first one. */
export interface EncoderWidths {
  readonly first?: number
  readonly second: number
}

/** The encoder that a part is for, by its name or its width; undefined if it fits none. */
export function encoderOf(
  { encoder, width }: Pick<EmbeddingPart, 'encoder' | 'width'>,
  widths: EncoderWidths,
): TextEncoderName | undefined {
  if (encoder) return widths[encoder] === width ? encoder : undefined
  if (width === widths.first) return 'first'
  return width === widths.second ? 'second' : undefined
}

/** The vectors of one tensor. @throws AppError 'model-file' when the file is gone or its content changed. */
export async function readEmbeddingVectors(path: string, tensor: string): Promise<Float32Array[]> {
  const header = await readSafetensorsHeader(path)
  const part = describeEmbedding(path, header).find(one => one.tensor === tensor)
  const stored = header.tensors.get(tensor)
  if (!part || !stored)
    throw new AppError('model-file', { file: path, problem: { what: 'tensor-missing', tensor } })
  const values = await readTensor(stored)
  return Array.from({ length: part.vectors }, (_, i) => values.slice(i * part.width, (i + 1) * part.width))
}
