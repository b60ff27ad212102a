/** Opens a tokenizer from a folder, a tokenizer.json or CLIP's own vocabulary. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { clipVocabulary } from './clip-vocabulary.ts'
import { createTokenizer, openTokenizer, type Tokenizer } from './tokenizer.ts'
import { readTokenizerJson } from './tokenizer-json.ts'
import type { TokenizerPart } from './tokenizer-part.ts'

/** Reads a tokenizer's files. @throws AppError 'model-file' or 'model-config' when a file cannot be read or is invalid; names the file. */
export async function openTokenizerPart(part: TokenizerPart): Promise<Tokenizer> {
  if (part.from === 'clip') return createTokenizer(await clipVocabulary(part.tokens, part.encoder))
  const { folder } = part
  const isApart = !(await isThere(folder, 'tokenizer.json')) || (await isThere(folder, 'vocab.json'))
  return isApart ? openTokenizer(folder) : createTokenizer(await readTokenizerJson(folder))
}

async function isThere(folder: string, name: string): Promise<boolean> {
  return access(join(folder, name)).then(
    () => true,
    () => false,
  )
}
