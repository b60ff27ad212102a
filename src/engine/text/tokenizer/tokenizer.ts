/** CLIP's tokenizer: text to token ids, with the vocabulary from a model's own folder. */
import { join } from 'node:path'
import { Tokenizer as ByteLevelBpe } from '@huggingface/tokenizers'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import { readConfigFile, readTextFile } from '../../weights/config-file.ts'
import { tokenizerConfigSchema } from './tokenizer-config.ts'

/** One of a model's two tokenizers. They differ in the padding token, and in its effect on text. */
export interface Tokenizer {
  /** Ids of the start and the end token of a row. */
  readonly start: number
  readonly end: number
  /** Id of the padding token: `<|endoftext|>` for the first encoder, `!` (id 0) for the second. */
  readonly padding: number
  /** The highest possible id; the encoder's embedding table must contain it. */
  readonly highestId: number
  /** Ids of any text, without start and end token, as in the reference. */
  encode(text: string): number[]
  /** The same as in the UIs: the padding token, `!` in the second tokenizer, is ordinary text. */
  encodePlain(text: string): number[]
}

/** The data of a tokenizer. */
export interface Vocabulary {
  readonly ids: Readonly<Record<string, number>>
  /** Pairs of symbols, most important first. */
  readonly merges: readonly (readonly [string, string])[]
  /** Tokens that are matched in the text and never split: special tokens, and tokens that training added. */
  readonly special: readonly SpecialToken[]
  readonly start: string
  readonly end: string
  readonly padding: string
}

export interface SpecialToken {
  readonly content: string
  /** The id, if the vocabulary does not contain the token. */
  readonly id?: number
  /** Matched in the lower-cased text instead of the original text. */
  readonly normalized: boolean
}

/** Unicode's white space, which JavaScript's \s is not: it has U+FEFF (byte order mark) too, and lacks U+0085. */
const space = String.raw`\p{White_Space}`

/** Contractions, runs of letters, single digits, runs of anything else: the pattern of OpenAI's CLIP. */
const wordPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^${space}\p{L}\p{N}]+`

/** In capitals, `<|ENDOFTEXT|>` is not a special token, but the text after it begins a new word. */
const markPattern = String.raw`<\|startoftext\|>|<\|endoftext\|>|${wordPattern}`

/**
 * Matches transformers' CLIPTokenizer: NFC, white space to single spaces, lower case; no ftfy, no HTML entities.
 *
 * @example
 * const tokenizer = await openTokenizer('models/demo/base/tokenizer')
 * tokenizer.encode('a red circle') // ids without start and end token
 */
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
          { type: 'Replace', pattern: { Regex: `${space}+` }, content: ' ' },
          // The reference lower-cases character by character, so a final sigma is treated like any other sigma.
          { type: 'Replace', pattern: { String: 'Σ' }, content: 'σ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: markPattern }, behavior: 'Removed', invert: true },
          { type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Removed', invert: true },
          // Its own pattern would split the words once more, by \s.
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
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

const idsSchema = z.record(z.string(), z.int().min(0))

/**
 * Opens `tokenizer/` or `tokenizer_2/` of a model: vocab.json, merges.txt, tokenizer_config.json.
 * @throws AppError 'model-file' when a file cannot be read or is invalid; names the file.
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const [ids, merges, config] = await Promise.all([
    readConfigFile(join(folder, 'vocab.json'), idsSchema),
    readMerges(join(folder, 'merges.txt')),
    readConfigFile(join(folder, 'tokenizer_config.json'), tokenizerConfigSchema),
  ])
  const { bos_token: start, eos_token: end, pad_token: padding } = config
  // Older files do not list special tokens; then the start, end and padding tokens are the special ones.
  const special = config.added_tokens_decoder
    ? Object.entries(config.added_tokens_decoder).map(([id, one]) => ({ ...one, id: Number(id) }))
    : [...new Set([start, end, padding])].map(content => ({ content, normalized: false }))
  const absent = [start, end, padding].find(content => !Object.hasOwn(ids, content))
  if (absent === undefined) return createTokenizer({ ids, merges, special, start, end, padding })
  const problem = { what: 'token-missing', token: absent } as const
  throw new AppError('model-file', { file: join(folder, 'vocab.json'), problem })
}

/** Lines `left right`. Comments such as `#version: 0.2` occur at the top only, because `#` is also a symbol. */
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
