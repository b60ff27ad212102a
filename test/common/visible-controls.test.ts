import { describe, expect, test } from 'vitest'
import { hasControls, withoutControls, withVisibleControls } from '../../src/common/visible-controls.ts'

/** What misleads a reader: separators that are no line breaks, and every mark of direction that Unicode has (UAX #9). */
const misleading = ['\u2028', '\u2029', '\u061c', '\u200e', '\u200f', ...'\u202a\u202b\u202c\u202d\u202e']
const isolates = [...'\u2066\u2067\u2068\u2069']

describe.each(
  [...misleading, ...isolates, '\u001b', '\u009b', '\u007f'].map(one => [
    one.charCodeAt(0).toString(16),
    one,
  ]),
)('U+%s', (code, character) => {
  test('is written as an escape where a line goes to a terminal, and left out where people read', () => {
    expect(hasControls(`a${character}`)).toBe(true)
    expect(withVisibleControls(`a${character}b`)).toBe(`a\\u${code.padStart(4, '0')}b`)
    expect(withoutControls(`a${character}b`)).toBe('ab')
  })
})

test('lines and tabs stay for people, however their system ends a line', () => {
  expect(withoutControls('a\tb\r\nc\rd\ne')).toBe('a\tb\nc\nd\ne')
})
