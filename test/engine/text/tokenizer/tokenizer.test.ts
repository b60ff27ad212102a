import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { easelRule } from '../../../../src/engine/text/easel/rule.ts'
import { layOutRows, rowLength } from '../../../../src/engine/text/token-rows.ts'
import { tokeniseFor } from '../../../../src/engine/text/tokenise.ts'
import { createTokenizer, openTokenizer } from '../../../../src/engine/text/tokenizer/tokenizer.ts'
import { referenceRule } from '../../../../tools/oracle/text/reference-rule.ts'
import { tokens } from '../../../../tools/oracle/text/tokens.ts'
import { describeGolden } from '../../../golden-suite.ts'

await describeGolden(tokens)

const base = fileURLToPath(new URL('../../../../models/demo/base', import.meta.url))
const tokenizer = await openTokenizer(`${base}/tokenizer`)
const tokenizer2 = await openTokenizer(`${base}/tokenizer_2`)
const ofOracle = await openTokenizer(
  fileURLToPath(new URL('../../../golden/oracle/models/files/tiny-base/tokenizer', import.meta.url)),
)

describe('the tokenizer', () => {
  test.each([
    ['emoji', '😀🚀👨‍👩‍👧 ❤️'],
    ['Chinese', '一只红色的猫在蓝色背景上'],
    ['control characters', '\u0000\u0007\u001b[31m\u200b\u202e\ufeff'],
    ['lone surrogates', '\ud83d cat \udc00\ud800'],
    ['10,000 letters without a blank', 'a'.repeat(10_000)],
    ['10,000 emoji', '🦊'.repeat(10_000)],
    ['10,000 exclamation marks', '!'.repeat(10_000)],
    ['combining marks', `e${'\u0301'.repeat(5_000)}`],
  ])('takes %s', (_, text) => {
    for (const one of [tokenizer, tokenizer2]) {
      const ids = one.encode(text)
      expect(ids.length).toBeGreaterThan(0)
      expect(ids.every(id => Number.isInteger(id) && id >= 0 && id <= one.end)).toBe(true)
    }
  })

  // transformers 5.24 with the vocabulary of test/golden/oracle.
  test.each([
    ['a byte order mark between symbols', '!\ufeff?', [0, 171, 119, 123, 286]],
    ['a byte order mark after a word', 'a\ufeff b', [320, 171, 119, 379, 321]],
    ['a next line', 'a\u0085b', [320, 321]],
    ['an end token in capitals', 'a<|ENDOFTEXT|>!', [320, 27, 347, 524, 639, 69, 600, 87, 339, 91, 285, 256]],
  ])('splits %s as the reference does', (_, text, ids) => {
    expect(ofOracle.encode(text)).toEqual(ids)
  })

  test('takes any text', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text =>
        tokenizer.encode(text).every(id => id >= 0 && id <= tokenizer.end),
      ),
      { numRuns: 300 },
    )
  })

  test('names the file that is missing', async () => {
    await expect(openTokenizer('/nowhere')).rejects.toMatchObject({ code: 'model-file' })
  })
})

describe('rows', () => {
  const tokenise = tokeniseFor(tokenizer, easelRule, [])
  const words = (count: number) => `(${Array.from({ length: count }, () => 'red').join(' ')}:1.5)`

  test.each([
    [0, 1],
    [75, 1],
    [76, 2],
    [150, 2],
    [151, 3],
  ])('take %i tokens in %i', (count, rows) => {
    const laidOut = layOutRows(tokenizer, easelRule.chunks(words(count), tokenise))
    expect(laidOut.rows).toBe(rows)
    expect(laidOut.ids).toHaveLength(rows * rowLength)
    for (let row = 0; row < rows; row++) {
      const ids = laidOut.ids.slice(row * rowLength, (row + 1) * rowLength)
      expect(ids[0]).toBe(tokenizer.start)
      expect(ids).toContain(tokenizer.end)
    }
    expect(laidOut.weights.filter(weight => weight === 1.5)).toHaveLength(count)
  })

  test('are cut after 75 tokens as the reference does it', () => {
    const plain = 'red '.repeat(200)
    const { rows, ids } = layOutRows(tokenizer, referenceRule.chunks(plain, tokenise))
    expect(rows).toBe(1)
    expect(ids[rowLength - 1]).toBe(tokenizer.end)
  })

  test('are filled up with those of an empty prompt', () => {
    const padded = layOutRows(tokenizer2, easelRule.chunks(words(3), tokenise), 2)
    expect([...padded.ids.slice(rowLength, rowLength + 3)]).toEqual([tokenizer2.start, tokenizer2.end, 0])
  })
})

test('a sigma at the end of a word is like any other, as in the reference', () => {
  expect(tokenizer.encode('ΟΔΥΣΣΕΥΣ')).toEqual(tokenizer.encode('οδυσσευσ'))
  expect(tokenizer.encode('ΟΔΥΣΣΕΥΣ')).not.toEqual(tokenizer.encode('οδυσσευς'))
})

test('an exclamation mark is text to the UIs and fills rows for the reference', () => {
  expect(tokenizer2.encode('a cat!')).toContain(0)
  expect(tokenizer2.encodePlain('a cat!')).toEqual(tokenizer.encode('a cat!'))
})

test('a token that training added is one token, wherever it stands', () => {
  const ids = Object.fromEntries(
    ['a', 'a</w>', 'b', 'b</w>', '<|startoftext|>', '<|endoftext|>'].map((t, i) => [t, i]),
  )
  const own = createTokenizer({
    ids,
    merges: [],
    special: [{ content: '<s0>', normalized: true, id: 99 }],
    start: '<|startoftext|>',
    end: '<|endoftext|>',
    padding: '<|endoftext|>',
  })
  expect(own.encode('a <s0>b')).toEqual([1, 99, 3])
})
