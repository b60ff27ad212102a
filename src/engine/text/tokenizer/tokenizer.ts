/** CLIP's tokenizer: text to token ids, from the vocabulary that lies in a model's own folder. */
import { join } from 'node:path'
import { Tokenizer as ByteLevelBpe } from '@huggingface/tokenizers'
import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { readConfigFile, readTextFile } from '../../weights/config-file.ts'

/** One of a model's two tokenizers. They differ in padding, and in what the padding token does to text. */
export interface Tokenizer {
  /** Id that begins a row, and the one that ends its text. */
  readonly start: number
  readonly end: number
  /** Id that fills a row: `<|endoftext|>` for the first encoder, `!` (id 0) for the second. */
  readonly padding: number
  /** The highest id that it can give: the encoder must know as many. */
  readonly highestId: number
  /** Ids of any text, without start and end. */
  encode(text: string): number[]
  /** The same as the UIs have it: what fills a row, an exclamation mark in the second tokenizer, is text like any other. */
  encodePlain(text: string): number[]
}

/** What a tokenizer is made of, already read. */
export interface Vocabulary {
  readonly ids: Readonly<Record<string, number>>
  /** Pairs of symbols, most important first. */
  readonly merges: readonly (readonly [string, string])[]
  /** Tokens that are found in the text and never split: those with a role, and those that training added. */
  readonly special: readonly SpecialToken[]
  readonly start: string
  readonly end: string
  readonly padding: string
}

export interface SpecialToken {
  readonly content: string
  /** Where the vocabulary does not hold it. */
  readonly id?: number
  /** Looked for in the lower-cased text rather than in the text as written. */
  readonly normalized: boolean
}

/** Contractions, runs of letters, single digits, runs of anything else: the pattern of OpenAI's CLIP. */
const wordPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`

/** Matches transformers' CLIPTokenizer: NFC, white space to single spaces, lower case; no ftfy, no HTML entities. */
export function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const { ids, start, end, padding, special } = vocabulary
  const encode = encoderOf(vocabulary)
  let encodePlain: Tokenizer['encode'] | undefined
  return {
    start: idOf(ids, start),
    end: idOf(ids, end),
    padding: idOf(ids, padding),
    highestId: highestOf(vocabulary),
    encode,
    encodePlain(text) {
      if (padding === end) return encode(text)
      encodePlain ??= encoderOf({ ...vocabulary, special: special.filter(one => one.content !== padding) })
      return encodePlain(text)
    },
  }
}

function highestOf({ ids, special }: Vocabulary): number {
  const all = [...Object.values(ids), ...special.flatMap(({ id }) => id ?? [])]
  return all.reduce((highest, id) => Math.max(highest, id), 0)
}

function encoderOf({ ids, merges, special, end }: Vocabulary): Tokenizer['encode'] {
  const bpe = new ByteLevelBpe(
    {
      added_tokens: special.map(({ content, normalized, id }) => ({
        id: id ?? idOf(ids, content),
        content,
        normalized,
        special: true,
      })),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: ' ' },
          // The reference lowers character by character: a sigma at a word's end is like any other.
          { type: 'Replace', pattern: { String: 'Σ' }, content: 'σ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Removed', invert: true },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
        ],
      },
      model: {
        type: 'BPE',
        vocab: ids,
        merges,
        unk_token: end,
        end_of_word_suffix: '</w>',
        continuing_subword_prefix: '',
        fuse_unk: false,
      },
      post_processor: null,
      decoder: null,
    },
    {},
  )
  return text => bpe.encode(text, { add_special_tokens: false }).ids
}

function idOf(ids: Vocabulary['ids'], token: string): number {
  const id = ids[token]
  if (id === undefined) throw new RangeError(`the vocabulary has no ${token}`)
  return id
}

/** A token is written as its text, or with flags around it. */
const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])

const configSchema = z.object({
  bos_token: token.default('<|startoftext|>'),
  eos_token: token.default('<|endoftext|>'),
  pad_token: token.default('<|endoftext|>'),
  added_tokens_decoder: z
    .record(
      z.string().regex(/^\d+$/),
      z.object({ content: z.string(), normalized: z.boolean().default(false) }),
    )
    .optional(),
})

const idsSchema = z.record(z.string(), z.int().min(0))

/**
 * Opens `tokenizer/` or `tokenizer_2/` of a model: vocab.json, merges.txt, tokenizer_config.json.
 * @throws AppError model-file, naming the file.
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const [ids, merges, config] = await Promise.all([
    readConfigFile(join(folder, 'vocab.json'), idsSchema),
    readMerges(join(folder, 'merges.txt')),
    readConfigFile(join(folder, 'tokenizer_config.json'), configSchema),
  ])
  const { bos_token: start, eos_token: end, pad_token: padding } = config
  // Older files do not list them; then the three tokens that have a role are the special ones.
  const special = config.added_tokens_decoder
    ? Object.entries(config.added_tokens_decoder).map(([id, one]) => ({ ...one, id: Number(id) }))
    : [...new Set([start, end, padding])].map(content => ({ content, normalized: false }))
  const absent = [start, end, padding].find(content => !Object.hasOwn(ids, content))
  if (absent === undefined) return createTokenizer({ ids, merges, special, start, end, padding })
  const problem = { what: 'token-missing', token: absent } as const
  throw new AppError('model-file', { file: join(folder, 'vocab.json'), problem })
}

/** Lines `left right`; comments such as `#version: 0.2` stand at the top only, for `#` is a symbol as well. */
export function parseMerges(text: string): [string, string][] {
  const lines = text.split(/\r?\n/)
  const first = lines[0]?.startsWith('#version') ? 1 : 0
  return lines.slice(first).flatMap(line => {
    const [left, right, ...rest] = line.split(' ')
    return left && right && rest.length === 0 ? [[left, right] satisfies [string, string]] : []
  })
}

async function readMerges(file: string): Promise<[string, string][]> {
  const merges = parseMerges(await readTextFile(file))
  if (merges.length === 0) throw new AppError('model-file', { file, problem: { what: 'no-merges' } })
  return merges
}
