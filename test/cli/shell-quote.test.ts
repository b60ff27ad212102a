import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellQuote } from '../../src/cli/shell-quote.ts'
import { hasControls } from '../../src/common/visible-controls.ts'

test('a shell reads every quoted word as it was', () => {
  const unit = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\n', '\u001b[31m', '\u202e', '-', '%', '\\'),
  )
  const word = fc.array(unit).map(units => units.join(''))
  // A shell takes line breaks off the end.
  const words = fc.array(
    word.filter(text => !text.includes('\0') && !text.endsWith('\n')),
    { maxLength: 50 },
  )
  fc.assert(
    fc.property(words, list => {
      expect(list.map(shellQuote).some(hasControls)).toBe(false)
      const script = `printf '%s\\0' ${list.map(shellQuote).join(' ')}`
      const read = list.length === 0 ? '' : execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
      expect(read).toBe(list.map(word => `${word}\0`).join(''))
    }),
    { numRuns: 50 },
  )
})
