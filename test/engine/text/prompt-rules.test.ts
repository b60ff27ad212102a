import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAttention } from '../../../src/engine/text/a1111/attention.ts'
import { takeNetworks } from '../../../src/engine/text/a1111/networks.ts'
import { scheduleOf } from '../../../src/engine/text/a1111/schedule.ts'
import { parseComfyWeights } from '../../../src/engine/text/comfyui/weights.ts'
import { chunkLength, type Tokenise, weightLimit } from '../../../src/engine/text/prompt-rule.ts'
import { promptRules } from '../../../src/engine/text/prompt-rules.ts'

/** Letters are tokens, a comma is token 0, and an @ is an embedding of three vectors. */
const vectors = [1, 2, 3].map(value => Float32Array.of(value))
const tokenise: Tokenise = {
  tokens: text =>
    [...text.replace(/\s/g, '')].map(c => (c === ',' ? 0 : c === '@' ? vectors : (c.codePointAt(0) ?? 0))),
  comma: 0,
}

const marks = fc.string({ unit: fc.constantFrom(...'ab ()[]\\:|1.9,<>@'), maxLength: 120 })
const anyText = fc.oneof(
  { weight: 3, arbitrary: marks },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('BREAK', ' ', 'a,', '(b:1.2)', '[a|b]', '[a:b:3]'))
      .map(a => a.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)

describe.each(Object.entries(promptRules))('%s', (_, rule) => {
  test('reads any text into rows that fit, with weights in range', async () => {
    await fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (prompt, steps) => {
        const { text } = rule.withoutNetworks(prompt)
        const schedule = rule.schedule(text, steps)
        expect(schedule.at(-1)?.lastStep).toBe(steps)
        for (const [i, { lastStep, text: now }] of schedule.entries()) {
          expect(lastStep).toBeGreaterThan(schedule[i - 1]?.lastStep ?? 0)
          const chunks = rule.chunks(now, tokenise)
          expect(chunks.length).toBeGreaterThan(0)
          for (const chunk of chunks) {
            expect(chunk.length).toBeLessThanOrEqual(chunkLength)
            expect(chunk.every(({ weight }) => Math.abs(weight) <= weightLimit)).toBe(true)
          }
        }
        rule.remarks(prompt)
      }),
      { numRuns: 1000 },
    )
  })

  test('takes plain words as they are', () => {
    expect(rule.schedule('a red cat', 20)).toEqual([{ lastStep: 20, text: 'a red cat' }])
    expect(rule.remarks('a red cat, 16:9, see you at 7: fine')).toEqual([])
  })
})

describe('A1111', () => {
  test('an embedding is never cut in two', () => {
    const [first, second] = promptRules.a1111.chunks(`${'a'.repeat(74)}@`, tokenise)
    expect(first).toHaveLength(74)
    expect(second).toHaveLength(3)
  })

  test('an extreme weight is clamped, with a remark', () => {
    for (const prompt of ['(a:1000)', `${'('.repeat(5000)}a`]) {
      const { segments, remarks } = parseAttention(prompt)
      expect(segments.some(({ weight }) => weight === weightLimit)).toBe(true)
      expect(remarks).toContainEqual({ kind: 'clamped', used: weightLimit })
    }
  })

  test('networks are taken out with their names and weights', () => {
    expect(takeNetworks('a <lora:pixel:0.8> cat <hypernet:h> < b > <:')).toEqual({
      text: 'a  cat  < b > <:',
      networks: [
        { type: 'lora', args: ['pixel', '0.8'] },
        { type: 'hypernet', args: ['h'] },
      ],
    })
  })

  test.each([
    [
      '[[a:b:2]:c:4]',
      [
        [2, 'a'],
        [4, 'b'],
        [6, 'c'],
      ],
    ],
    [
      '[a:b:2] [c:d:4]',
      [
        [2, 'a c'],
        [4, 'b c'],
        [6, 'b d'],
      ],
    ],
    [String.raw`\[a:b:2\]`, [[6, String.raw`\[a:b:2\]`]]],
    ['[a:b:2', [[6, '[a:b:2']]],
    [
      'x] [a:b:2]',
      [
        [2, 'x] a'],
        [6, 'x] b'],
      ],
    ],
    ['(a|b) [c:d:2]', [[6, '(a|b) [c:d:2]']]],
    ['[a:b|c]', [[6, '[a:b|c]']]],
    [
      '[(a:1.2):(b:1.3):2]',
      [
        [2, '(a:1.2)'],
        [6, '(b:1.3)'],
      ],
    ],
  ] as const)('%s changes on the way', (prompt, texts) => {
    expect(scheduleOf(prompt, 6).map(({ lastStep, text }) => [lastStep, text])).toEqual(texts)
  })

  test.each([
    ['a cat AND a dog', { what: 'and', written: 'AND' }],
    ['cat::2 dog::1', { what: 'double-colon', written: 'cat::2' }],
    ['a cat --v 6', { what: 'flag', written: '--v 6' }],
    ['a [cat:dog:0,5]', { what: 'decimal-comma', written: '[cat:dog:0,5]' }],
    ['a | b, [cat:dog:0.5]', { what: 'unscheduled', written: '[cat:dog:0.5]' }],
    ['[red:blue|green] hair', { what: 'unscheduled', written: '[red:blue|green]' }],
    ['a cat ADDCOL a dog', { what: 'regions', written: 'ADDCOL' }],
    ['{red|blue} hair', { what: 'braces', written: '{red|blue}' }],
    ['a {{cat}}', { what: 'braces', written: '{cat}' }],
    ['a cat++ on a mat', { what: 'plus-minus', written: 'cat++' }],
    ['(a blurry dog)--, a mat', { what: 'plus-minus', written: '(a blurry dog)--' }],
    ['https://example.org/a.png a cat', { what: 'link', written: 'https://example.org/a.png' }],
    ['a cat\nNegative prompt: dog', { what: 'settings-text', written: 'Negative prompt:' }],
    ['a __colours/*__ cat', { what: 'wildcard', written: '__colours/*__' }],
    ['a cat Steps: 30, Sampler: Euler a', { what: 'settings-text', written: 'Steps: 30,' }],
  ])('%s is remarked on', (prompt, remark) => {
    expect(promptRules.a1111.remarks(prompt)).toContainEqual({ kind: 'foreign', ...remark })
  })
})

test.each([
  '[cat::5] on a mat',
  '[(cat:1.2)::0.5]',
  '[:dog:3] [red|blue]',
  '[artist: somebody]',
  'C++, well-known (red)-haired',
  'a __init__ file, ____, __ and *__',
])('A1111: %s needs no remark', prompt => {
  expect(promptRules.a1111.remarks(prompt)).toEqual([])
})

test.each(['a1111', 'comfyui', 'easel'] as const)('%s: a decimal comma is remarked on', rule => {
  expect(promptRules[rule].remarks('a (red:1,2) cat')).toContainEqual({
    kind: 'foreign',
    what: 'decimal-comma',
    written: '(red:1,2)',
  })
  expect(promptRules[rule].remarks('a (red:1.2) cat, (blue, green)')).toEqual([])
})

describe('ComfyUI', () => {
  test.each(['red BREAK blue', '[cat:dog:0.5]', '<lora:a:1> b'])('%s is remarked on', prompt => {
    expect(promptRules.comfyui.remarks(prompt)).toMatchObject([{ kind: 'foreign' }])
  })

  test('a bracket that never closes is said', () => {
    expect(parseComfyWeights('a (b').remarks).toEqual([{ kind: 'unclosed', bracket: '(' }])
    expect(parseComfyWeights('a) b').remarks).toEqual([{ kind: 'stray', bracket: ')' }])
  })
})
