/** Opens a model's tokenizers and checks them against the text encoders. */
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { ExpertParts } from '../../models/record.ts'
import type { NetworkPart } from '../../networks/plan/parts.ts'
import { openTokenizerPart } from '../../text/tokenizer/open-tokenizer.ts'
import type { Tokenizer } from '../../text/tokenizer/tokenizer.ts'
import type { TokenizerPart } from '../../text/tokenizer/tokenizer-part.ts'
import { parseConfig } from '../../weights/config-file.ts'

/** Only the Base has the first one. */
export interface Tokenizers {
  readonly tokenizer: Tokenizer | undefined
  readonly tokenizer2: Tokenizer
}

/** Opens the tokenizers of a Base or a Refiner. @throws AppError 'model-file' or 'model-config' when one cannot be used; names the file and the problem. */
export async function openTokenizers({ tokenizer, tokenizer2, networks }: ExpertParts): Promise<Tokenizers> {
  const { textEncoder, textEncoder2 } = networks
  return {
    tokenizer: tokenizer && textEncoder && (await openFor(tokenizer, textEncoder)),
    tokenizer2: await openFor(tokenizer2, textEncoder2),
  }
}

const schema = z.object({ vocab_size: z.int().min(1) })

async function openFor(part: TokenizerPart, { config, configFile }: NetworkPart): Promise<Tokenizer> {
  const tokenizer = await openTokenizerPart(part)
  const { vocab_size: vocabulary } = parseConfig(configFile, config, schema)
  const { highestId: id } = tokenizer
  if (id < vocabulary) return tokenizer
  const file = part.from === 'folder' ? part.folder : configFile
  throw new AppError('model-file', { file, problem: { what: 'token-beyond', id, vocabulary } })
}
