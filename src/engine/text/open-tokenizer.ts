/** Owns opening a tokenizer from wherever its model has it. */
import { clipVocabulary } from './clip-vocabulary.ts'
import { createTokenizer, openTokenizer, type Tokenizer } from './tokenizer.ts'
import type { TokenizerPart } from './tokenizer-part.ts'

/** @throws AppError 'model-file' or 'model-config', naming the file. */
export async function openTokenizerPart(part: TokenizerPart): Promise<Tokenizer> {
  return part.from === 'folder'
    ? openTokenizer(part.folder)
    : createTokenizer(await clipVocabulary(part.tokens, part.encoder))
}
