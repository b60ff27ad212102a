import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePromptWeights, weightLimit } from '../../../src/engine/text/easel/weights.ts'

/** `text*weight` per segment, weights to three digits. */
function parsed(prompt: string): string[] {
  return parsePromptWeights(prompt).segments.map(({ text, weight }) => `${text}*${Number(weight.toFixed(3))}`)
}

describe('parsePromptWeights', () => {
  test.each([
    ['a cat', ['a cat*1']],
    ['', ['*1']],
    ['a (cat)', ['a *1', 'cat*1.1']],
    ['a ((cat))', ['a *1', 'cat*1.21']],
    ['a [cat]', ['a *1', 'cat*0.909']],
    ['a (cat:1.3) b', ['a *1', 'cat*1.3', ' b*1']],
    ['(a (b:2) c:0.5)', ['a *0.5', 'b*1', ' c*0.5']],
    ['[(a)]', ['a*1']],
    ['(a:.5)(b:0)(c:-1)', ['a*0.5', 'b*0', 'c*-1']],
    [String.raw`a \(cat\) \[x\] \\`, [String.raw`a (cat) [x] \*1`]],
    ['ratio 16:9', ['ratio 16:9*1']],
    ['time :1.5) is text', ['time :1.5) is text*1']],
    ['([a)]', ['a*1']],
    ['(a : 1.5 )', ['a *1.5']],
  ])('reads %s', (prompt, segments) => expect(parsed(prompt)).toEqual(segments))

  test('closes at the end what was never closed, and says so', () => {
    const { segments, remarks } = parsePromptWeights('a (b [c')
    expect(segments.map(({ text }) => text)).toEqual(['a ', 'b ', 'c'])
    expect(remarks).toEqual([
      { kind: 'unclosed', bracket: '(' },
      { kind: 'unclosed', bracket: '[' },
    ])
  })

  test('takes a stray closing bracket as text, and says so', () => {
    const { segments, remarks } = parsePromptWeights('a) b]')
    expect(segments).toEqual([{ text: 'a) b]', weight: 1 }])
    expect(remarks).toEqual([
      { kind: 'stray', bracket: ')' },
      { kind: 'stray', bracket: ']' },
    ])
  })

  test.each([['(a:1e9)'], ['(a:1e999)'], [`${'('.repeat(10_000)}a${')'.repeat(10_000)}`]])(
    'clamps what no encoder could use, and says so (%#)',
    prompt => {
      expect(parsePromptWeights(prompt)).toEqual({
        segments: [{ text: 'a', weight: weightLimit }],
        remarks: [{ kind: 'clamped', used: weightLimit }],
      })
    },
  )

  test('understands any text, loses none of its letters, and stays in range', async () => {
    const brackets = fc.string({ unit: fc.constantFrom(...'ab ()[]\\:1.9e-'), maxLength: 80 })
    await fc.assert(
      fc.property(fc.oneof(brackets, fc.string({ unit: 'binary' })), prompt => {
        const { segments } = parsePromptWeights(prompt)
        const letters = (text: string): number => text.split('b').length
        expect(letters(segments.map(({ text }) => text).join(''))).toBe(letters(prompt))
        return segments.length > 0 && segments.every(({ weight }) => Math.abs(weight) <= weightLimit)
      }),
      { numRuns: 1000 },
    )
  })
})
