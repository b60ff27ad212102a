/** What a picture's JSON may cost: exactly as many tokens, levels and characters as the bounds say, over all of its texts. */
import { describe, expect, test } from 'vitest'
import { objectParser } from '../../../../src/engine/image/readers/json-fields.ts'

/** Its tokens: two braces, two brackets, the key, the items, and a comma between two items. */
const listOf = (items: number) => `{"a":[${Array.from({ length: items }, () => 1).join(',')}]}`
const tokensOf = (items: number) => 5 + 2 * items - 1
const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

describe('the JSON of a picture', () => {
  test('is read up to 80,000 tokens and not beyond', () => {
    expect(tokensOf(39_998)).toBe(80_000)
    expect(objectParser()(listOf(39_998))).toBeDefined()
    // A pair of brackets in the place of a number: 80,001.
    expect(objectParser()(listOf(39_998).replace('1]', '[]]'))).toBeUndefined()
  })

  test('shares the tokens among all of its texts', () => {
    const parse = objectParser()
    expect(parse(listOf(20_000))).toBeDefined()
    expect(parse(listOf(19_000))).toBeDefined()
    expect(parse(listOf(19_001))).toBeUndefined()
  })

  test('costs its tokens once, however many readers ask', () => {
    const parse = objectParser()
    const text = listOf(30_000)
    expect(parse(text)).toBeDefined()
    expect(parse(text)).toBe(parse(text))
  })

  test('is read up to 256 levels and not beyond', () => {
    expect(objectParser()(nested(256))).toBeDefined()
    expect(objectParser()(nested(257))).toBeUndefined()
  })

  test('shares 2 MB of characters among all of its texts', () => {
    const parse = objectParser()
    const long = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`
    expect(parse(long(1_500_000))).toBeDefined()
    expect(parse(long(500_001))).toBeUndefined()
    expect(parse(`${long(400_000)} `)).toBeUndefined()
  })

  test('keeps the digits of long integers, and reads Python’s NaN and Infinity as null', () => {
    expect(objectParser()('{"seed": 18446744073709551615, "a": NaN, "b": [-Infinity]}')).toEqual({
      seed: '18446744073709551615',
      a: null,
      b: [null],
    })
  })
})
