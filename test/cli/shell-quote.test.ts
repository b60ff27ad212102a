import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellQuote } from '../../src/cli/shell-quote.ts'

test('a shell reads every quoted word as it was', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme' }).filter(word => !word.includes('\0')),
    { maxLength: 50 },
  )
  fc.assert(
    fc.property(words, list => {
      const script = `printf '%s\\0' ${list.map(shellQuote).join(' ')}`
      const read = list.length === 0 ? '' : execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
      expect(read).toBe(list.map(word => `${word}\0`).join(''))
    }),
    { numRuns: 50 },
  )
})
