/** CLIP's own vocabulary (Radford et al. 2021; MIT licence), for single-file checkpoints, which contain none. */
import { readFile } from 'node:fs/promises'
import { builtFile } from '../../../system/paths.ts'
import { parseMerges, type Vocabulary } from './tokenizer.ts'

const start = '<|startoftext|>'
const end = '<|endoftext|>'

/** The padding token: SDXL's first encoder was trained with the end token, its second with "!" (id 0). */
export const paddings = { first: end, second: '!' } as const

/** The special tokens of SDXL's own tokenizer_config.json. */
const specials = {
  first: [
    { content: start, normalized: true },
    { content: end, normalized: false },
  ],
  second: [
    { content: paddings.second, normalized: false },
    { content: start, normalized: true },
    { content: end, normalized: true },
  ],
} as const

const mergesFile = builtFile('engine/text/tokenizer/clip-merges.txt')

/** 256 byte symbols, the same with an end-of-word mark, and the start and end of a text. */
const withoutMerges = 256 + 256 + 2

/**
 * The vocabulary of `size` tokens: all of CLIP's 49,408, or the first merges for a smaller model.
 * Further rows of an embedding table, which training added, have no names here.
 */
export async function clipVocabulary(size: number, encoder: keyof typeof paddings): Promise<Vocabulary> {
  const all = parseMerges(await readFile(mergesFile, 'utf8'))
  const merges = all.slice(0, Math.max(0, size - withoutMerges))
  const symbols = byteSymbols()
  const tokens = [
    ...symbols,
    ...symbols.map(symbol => `${symbol}</w>`),
    ...merges.map(([left, right]) => left + right),
    start,
    end,
  ]
  return {
    ids: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
    special: specials[encoder],
    start,
    end,
    padding: paddings[encoder],
  }
}

/** A printable symbol for each byte: printable Latin-1 characters map to themselves, the other bytes to U+0100 and above. */
function byteSymbols(): string[] {
  const printable = [range(0x21, 0x7e), range(0xa1, 0xac), range(0xae, 0xff)].flat()
  const isPrintable = new Set(printable)
  const others = range(0, 255).filter(byte => !isPrintable.has(byte))
  return [...printable, ...others.map((_, i) => 256 + i)].map(code => String.fromCodePoint(code))
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
