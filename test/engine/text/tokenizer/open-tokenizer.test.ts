/** Promises of tokenizers in every form that models come with: the same text gives the same ids. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openTokenizerPart } from '../../../../src/engine/text/tokenizer/open-tokenizer.ts'
import {
  openTokenizer,
  parseMerges,
  type Tokenizer,
} from '../../../../src/engine/text/tokenizer/tokenizer.ts'
import { toAppError } from '../../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../../src/words/en.ts'
import { oracleModels } from '../../../helpers/models/oracle-models.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const oracle = oracleModels()
let base: string
beforeAll(async () => {
  base = await oracle.model('base')
})

const texts = [
  'a small wooden boat!',
  '<|startoftext|> cat <|ENDOFTEXT|>',
  'Ünïcödé  \n 😀 it’s 12',
  '',
  '!!!',
]
const names = ['tokenizer', 'tokenizer_2'] as const
const idsOf = (tokenizer: Tokenizer) => texts.map(text => tokenizer.encode(text))
const endsOf = ({ start, end, padding }: Tokenizer) => [start, end, padding]
const inFolder = (folder: string) => openTokenizerPart({ from: 'folder', folder, hash: '' })

interface TokenizerJson {
  added_tokens: { id: number; content: string; normalized: boolean; special: boolean }[]
  model: Record<string, unknown>
}

/** The folder's tokenizer as newer libraries save it: one tokenizer.json. */
function asTokenizerJson(name: string, change: (json: TokenizerJson) => void = () => {}): string {
  const from = join(base, name)
  const json = z.record(z.string(), z.unknown())
  const { added_tokens_decoder: added, ...config } = json.parse(
    JSON.parse(readFileSync(join(from, 'tokenizer_config.json'), 'utf8')),
  )
  const flags = z.object({ content: z.string(), normalized: z.boolean(), special: z.boolean() })
  const saved: TokenizerJson = {
    added_tokens: Object.entries(z.record(z.string(), flags).parse(added)).map(([id, one]) => ({
      id: Number(id),
      ...one,
    })),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<|endoftext|>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab: JSON.parse(readFileSync(join(from, 'vocab.json'), 'utf8')),
      merges: parseMerges(readFileSync(join(from, 'merges.txt'), 'utf8')),
    },
  }
  change(saved)
  const folder = join(tempFolder(), name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ version: '1.0', ...saved }))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
  return folder
}

describe.each(names)('%s', name => {
  test('as a tokenizer.json alone, its merges as pairs or as text', async () => {
    const plain = await openTokenizer(join(base, name))
    const pairs = await inFolder(asTokenizerJson(name))
    const text = await inFolder(
      asTokenizerJson(name, ({ model }) => {
        model.merges = z
          .array(z.array(z.string()))
          .parse(model.merges)
          .map(pair => pair.join(' '))
      }),
    )
    for (const one of [pairs, text]) {
      expect(idsOf(one)).toEqual(idsOf(plain))
      expect(endsOf(one)).toEqual(endsOf(plain))
    }
  })

  test('of CLIP’s own vocabulary, for single files', async () => {
    const plain = await openTokenizer(join(base, name))
    const encoder = name === 'tokenizer' ? 'first' : 'second'
    const own = await openTokenizerPart({ from: 'clip', tokens: 1024, encoder, hash: '' })
    expect(idsOf(own)).toEqual(idsOf(plain))
    expect(endsOf(own)).toEqual(endsOf(plain))
  })
})

test('a token that training added is one id', async () => {
  const folder = asTokenizerJson('tokenizer', ({ added_tokens: added }) => {
    added.push({ id: 1024, content: '<s0>', normalized: true, special: false })
  })
  expect((await inFolder(folder)).encode('a <s0> cat')).toContain(1024)
})

test('CLIP’s full vocabulary is the one that the golden ids were made with', async () => {
  const tokenizer = await openTokenizerPart({ from: 'clip', tokens: 49_408, encoder: 'first', hash: '' })
  expect(endsOf(tokenizer)).toEqual([49_406, 49_407, 49_407])
  expect(tokenizer.encode('a photo of a cat')).toEqual([320, 1125, 539, 320, 2368])
})

test.each<[string, (json: TokenizerJson) => void, RegExp]>([
  [
    'another kind of model',
    ({ model }) => Object.assign(model, { type: 'WordPiece' }),
    /model\.type is "WordPiece", but only "BPE"/,
  ],
  ['no vocabulary', ({ model }) => Object.assign(model, { vocab: undefined }), /model\.vocab is missing/],
  [
    'a negative id',
    json => json.added_tokens.push({ id: -1, content: 'x', normalized: true, special: true }),
    /id is -1; it must be at least 0/,
  ],
  [
    'no end of text',
    json => {
      json.added_tokens = []
      json.model.vocab = { a: 0 }
    },
    /the vocabulary has no <\|startoftext\|>/,
  ],
])('a tokenizer.json with %s is refused with one sentence', async (_, change, sentence) => {
  const error = toAppError(
    await inFolder(asTokenizerJson('tokenizer', change)).catch((caught: unknown) => caught),
  )
  expect(errorSentence(en, error)).toMatch(sentence)
})

test.each([
  ['padding_side', 'left'],
  ['model_max_length', 40],
])('a %s of %s, which fills rows otherwise, is refused by its key', async (key, value) => {
  const folder = asTokenizerJson('tokenizer')
  const file = join(folder, 'tokenizer_config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), [key]: value }))
  await expect(inFolder(folder)).rejects.toMatchObject({ code: 'model-config', details: { key } })
})
