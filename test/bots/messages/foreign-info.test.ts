/** What a person reads about another program's picture whose texts are as long as the bounds allow, and longer. */
import { expect, test } from 'vitest'
import { readForeignPicture } from '../../../src/app/views/foreign-picture.ts'
import { foreignInfoMessage } from '../../../src/bots/messages/foreign-info.ts'
import { en } from '../../../src/words/en.ts'
import { pngWith } from '../../helpers/pictures/foreign-pictures.ts'

/** Fooocus's parameters with one more field. */
const parameters = (more: string) =>
  `{"prompt":"a cat","seed":"5","metadata_scheme":"fooocus","version":"Fooocus v2.5.0","more":${more}}`
const tokensOf = (text: string) => text.match(/"[^"]*"|\d+|[{}[\],]/g)?.length

/** As many tokens as twice the items, plus those of the other fields. */
const withItems = (items: number) => parameters(`[${Array.from({ length: items }, () => 1).join(',')}]`)
/** The object is the first level. */
const withLevels = (levels: number) => parameters('['.repeat(levels - 1) + ']'.repeat(levels - 1))

const titleOf = async (text: string) =>
  foreignInfoMessage(await readForeignPicture(pngWith({ parameters: text }), { models: [] }), en).title

const read = en.info.ofProgram('Fooocus')
const refused =
  'That picture is not one of mine. Its parameters are in a format that I do not know (parameters).'

test('80,000 tokens are read, and one more is refused in one sentence', async () => {
  const items = Math.floor((80_000 - (tokensOf(withItems(0)) ?? 0) + 1) / 2)
  expect(tokensOf(withItems(items))).toBe(80_000)
  expect(await titleOf(withItems(items))).toBe(read)
  const oneMore = withItems(items).replace('1]', '[]]')
  expect(tokensOf(oneMore)).toBe(80_001)
  expect(await titleOf(oneMore)).toBe(refused)
})

test('256 levels are read, and 257 are refused in one sentence', async () => {
  expect(await titleOf(withLevels(256))).toBe(read)
  expect(await titleOf(withLevels(257))).toBe(refused)
})

test('JSON that is cut short is no prompt, and a prompt that begins like JSON is one', async () => {
  expect(await titleOf(withItems(3).slice(0, -1))).toBe(refused)
  const prompt = '{"red"|"blue"} cat\nSteps: 20, Sampler: Euler, Seed: 5'
  expect(await titleOf(prompt)).toBe(en.info.ofProgram('AUTOMATIC1111'))
})
