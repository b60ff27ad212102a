import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandPrompt, templateFor } from '../../../src/engine/text/expand-prompt.ts'
import { drawWildcards } from '../../../src/engine/text/wildcards.ts'

const limit = 40

function prompts(template: string): string[] | string {
  const expansion = expandPrompt(template, limit)
  return expansion.kind === 'expanded' ? expansion.prompts : expansion.kind
}

describe('expandPrompt', () => {
  test.each([
    ['a cat', ['a cat']],
    ['a {red, blue} cat', ['a red cat', 'a blue cat']],
    ['{a,b} {c,d}', ['a c', 'a d', 'b c', 'b d']],
    ['{a {b,c}, d}', ['a b', 'a c', 'd']],
    ['{a, } x', ['a x', ' x']],
    [String.raw`{a\, b, c}`, ['a, b', 'c']],
    [String.raw`\{a,b\}`, ['{a,b}']],
    ['{alone}', ['{alone}']],
    ['{a, b', ['{a, b']],
    ['a, b}', ['a, b}']],
    ['{__colour__, pink} hat', ['__colour__ hat', 'pink hat']],
  ])('%s', (template, expected) => expect(prompts(template)).toEqual(expected))

  test('refuses more than the limit, before making them', () => {
    expect(expandPrompt('{a,b}'.repeat(64), limit)).toEqual({ kind: 'too-many', count: 2 ** 64, limit: 40 })
  })

  test('takes any text', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{},\\ab_'), maxLength: 200 }), template => {
        return typeof expandPrompt(template, limit).kind === 'string'
      }),
    )
    const deep = `${'{'.repeat(5_000)}a${'}'.repeat(5_000)}`
    expect(prompts(deep)).toEqual([deep])
    expect(prompts('{'.repeat(10_000))).toEqual(['{'.repeat(10_000)])
    expect(prompts('{a,'.repeat(3_000) + '}'.repeat(3_000))).toBe('too-many')
  })
})

describe('templateFor', () => {
  test('leaves ordinary text unchanged', () => {
    expect(templateFor('a {red} cat, snake_case, (red:1.2)')).toBe('a {red} cat, snake_case, (red:1.2)')
  })

  test('is the way back of any text, braces and wildcards in it too', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{},\\ab_ '), maxLength: 40 }), text => {
        const [template] = prompts(templateFor(text))
        expect(drawWildcards(template ?? '', {}, () => 0)).toEqual({ kind: 'drawn', prompt: text })
      }),
      { numRuns: 2000 },
    )
  })
})
