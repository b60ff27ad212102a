/** text/tokenizer.json: token ids with CLIP's full vocabulary and with that of the oracle's models, both paddings. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { layOutRows } from '../../../src/engine/text/token-rows.ts'
import { tokeniseFor } from '../../../src/engine/text/tokenise.ts'
import {
  createTokenizer,
  openTokenizer,
  parseMerges,
  type Tokenizer,
} from '../../../src/engine/text/tokenizer/tokenizer.ts'
import { type Check, type Checker, compare } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { NotYet } from '../not-yet.ts'
import { referenceRule } from './reference-rule.ts'

const ids = z.array(z.number())
const promptSchema = z.object({
  prompt: z.string(),
  full_untruncated: ids,
  full_untruncated_tokenizer_2: ids.optional(),
  full_77_tokenizer: ids,
  full_77_tokenizer_2: ids,
  tiny_untruncated: ids,
  tiny_untruncated_tokenizer_2: ids.optional(),
  tiny_77_tokenizer: ids,
  tiny_77_tokenizer_2: ids,
})
type Prompt = z.infer<typeof promptSchema>

export const tokens: Checker = {
  name: 'text/tokenizer',
  async list(oracle) {
    if (!oracle.has('text', 'tokenizer.json')) return []
    const { prompts } = await oracle.json(
      z.object({ prompts: z.array(promptSchema) }),
      'text',
      'tokenizer.json',
    )
    let full: Promise<Pair> | undefined
    let ofModel: Promise<Pair> | undefined
    return prompts.flatMap((prompt, i) => [
      {
        name: `text/tokenizer full ${i}`,
        run: async () => {
          full ??= fullPair(oracle)
          return checkFull(prompt, await full)
        },
      },
      {
        name: `text/tokenizer model ${i}`,
        run: async () => {
          ofModel ??= modelPair(oracle)
          return checkTiny(prompt, await ofModel)
        },
      },
    ])
  },
}

type Pair = readonly [first: Tokenizer, second: Tokenizer]

async function modelPair(oracle: OracleFolder): Promise<Pair> {
  const folder = await oracle.model('base')
  return [await openTokenizer(join(folder, 'tokenizer')), await openTokenizer(join(folder, 'tokenizer_2'))]
}

/** The vocabulary follows from the merges: byte symbols, the same at a word's end, one entry per merge, two specials. */
async function fullPair(oracle: OracleFolder): Promise<Pair> {
  if (!oracle.has('tokenizer-full')) throw new NotYet('the folder has no tokenizer-full/')
  const merges = parseMerges(await readFile(oracle.path('tokenizer-full', 'merges.txt'), 'utf8'))
  const bytes = byteSymbols()
  const entries = [
    ...bytes,
    ...bytes.map(symbol => `${symbol}</w>`),
    ...merges.map(pair => pair.join('')),
    '<|startoftext|>',
    '<|endoftext|>',
  ]
  const vocabulary = {
    ids: Object.fromEntries(entries.map((entry, id) => [entry, id])),
    merges,
    start: '<|startoftext|>',
    end: '<|endoftext|>',
  }
  const special = [
    { content: '<|startoftext|>', normalized: true },
    { content: '<|endoftext|>', normalized: false },
  ]
  return [
    createTokenizer({ ...vocabulary, special, padding: '<|endoftext|>' }),
    createTokenizer({
      ...vocabulary,
      special: [{ content: '!', normalized: false }, ...special],
      padding: '!',
    }),
  ]
}

/** CLIP's order: the printable bytes, then the others under stand-ins from code point 256 on. */
function byteSymbols(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  const printable = Array.from({ length: 256 }, (_, byte) => byte).filter(isPrintable)
  return [
    ...printable.map(byte => String.fromCodePoint(byte)),
    ...Array.from({ length: 256 - printable.length }, (_, i) => String.fromCodePoint(256 + i)),
  ]
}

function checkFull(prompt: Prompt, pair: Pair): Check[] {
  return check(prompt.prompt, pair, {
    untruncated: [prompt.full_untruncated, prompt.full_untruncated_tokenizer_2 ?? prompt.full_untruncated],
    rows: [prompt.full_77_tokenizer, prompt.full_77_tokenizer_2],
  })
}

function checkTiny(prompt: Prompt, pair: Pair): Check[] {
  return check(prompt.prompt, pair, {
    untruncated: [prompt.tiny_untruncated, prompt.tiny_untruncated_tokenizer_2 ?? prompt.tiny_untruncated],
    rows: [prompt.tiny_77_tokenizer, prompt.tiny_77_tokenizer_2],
  })
}

function check(
  text: string,
  pair: Pair,
  golden: { untruncated: readonly number[][]; rows: readonly number[][] },
): Check[] {
  return pair.flatMap((tokenizer, i) => [
    compare(
      `tokenizer ${i + 1}, untruncated`,
      [tokenizer.start, ...tokenizer.encode(text), tokenizer.end],
      golden.untruncated[i] ?? [],
      0,
    ),
    compare(
      `tokenizer ${i + 1}, row`,
      layOutRows(tokenizer, referenceRule.chunks(text, tokeniseFor(tokenizer, referenceRule, []))).ids,
      golden.rows[i] ?? [],
      0,
    ),
  ])
}
