/** Reads a tokenizer.json, the single file in which newer libraries save a tokenizer. */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import { readConfigFile } from '../../weights/config-file.ts'
import type { Vocabulary } from './tokenizer.ts'
import { tokenizerConfigSchema } from './tokenizer-config.ts'

/** `left right` as one string, or as two strings. */
const merge = z.union([
  z.tuple([z.string(), z.string()]),
  z
    .string()
    .regex(/^\S+ \S+$/)
    .transform((pair): [string, string] => {
      const [left = '', right = ''] = pair.split(' ')
      return [left, right]
    }),
])

const schema = z.object({
  added_tokens: z
    .array(z.object({ id: z.int().min(0), content: z.string().min(1), normalized: z.boolean() }))
    .default([]),
  model: z.object({
    type: z.literal('BPE').default('BPE'),
    end_of_word_suffix: z.literal('</w>'),
    continuing_subword_prefix: z.literal('').nullish(),
    vocab: z.record(z.string(), z.int().min(0)),
    merges: z.array(merge).min(1),
  }),
})

/**
 * The vocabulary in `tokenizer/` or `tokenizer_2/` of a model.
 * @throws AppError 'model-file' or 'model-config' when the file cannot be read or is invalid.
 */
export async function readTokenizerJson(folder: string): Promise<Vocabulary> {
  const file = join(folder, 'tokenizer.json')
  const { added_tokens: added, model } = await readConfigFile(file, schema)
  const {
    bos_token: start,
    eos_token: end,
    pad_token: padding,
  } = await readConfigFile(join(folder, 'tokenizer_config.json'), tokenizerConfigSchema)
  const ids = { ...model.vocab, ...Object.fromEntries(added.map(({ content, id }) => [content, id])) }
  const absent = [start, end, padding].find(content => !Object.hasOwn(ids, content))
  if (absent !== undefined) {
    throw new AppError('model-file', { file, problem: { what: 'token-missing', token: absent } })
  }
  return { ids, merges: model.merges, special: added, start, end, padding }
}
