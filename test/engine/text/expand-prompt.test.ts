import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandPrompt } from '../../../src/engine/text/expand-prompt.ts'

const options = {
  limit: 40,
  pick: () => 0,
  wildcards: new Map([
    ['colour', ['red', 'blue']],
    ['thing', ['__colour__ cat', 'dog']],
    ['loop', ['again __loop__']],
  ]),
}

function prompts(template: string): string[] | string {
  const expansion = expandPrompt(template, options)
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
    ['a __colour__ hat', ['a red hat']],
    ['a __thing__', ['a red cat']],
  ])('%s', (template, expected) => expect(prompts(template)).toEqual(expected))

  test('refuses more than the limit, before making them', () => {
    expect(expandPrompt('{a,b}'.repeat(64), options)).toEqual({ kind: 'too-many', count: 2 ** 64, limit: 40 })
  })

  test('names a wildcard that it does not know', () => {
    expect(expandPrompt('__animal__', options)).toEqual({
      kind: 'unknown-wildcard',
      name: 'animal',
      known: ['colour', 'thing', 'loop'],
    })
  })

  test('ends on lists that name each other', () => expect(prompts('__loop__')).toHaveLength(1))

  test('takes any text', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{},\\ab_'), maxLength: 200 }), template => {
        return typeof expandPrompt(template, options).kind === 'string'
      }),
    )
    const deep = `${'{'.repeat(5_000)}a${'}'.repeat(5_000)}`
    expect(prompts(deep)).toEqual([deep])
    expect(prompts('{'.repeat(10_000))).toEqual(['{'.repeat(10_000)])
    expect(prompts('{a,'.repeat(3_000) + '}'.repeat(3_000))).toBe('too-many')
  })
})
