import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCommand } from '../../src/bots/grammar/command-line.ts'
import { commandText } from '../../src/cli/command-text.ts'

test.each([
  [['a red circle', '--seed', '7'], { prompt: 'a red circle', seed: 7 }],
  [['a', 'red', 'circle'], { prompt: 'a red circle' }],
  [['/imagine a red circle --seed 7 --no blurry'], { prompt: 'a red circle', seed: 7, negative: 'blurry' }],
  [['a cat', '--no', 'dog --seed 5'], { prompt: 'a cat', negative: 'dog --seed 5' }],
  [['a cat', '--no', ''], { prompt: 'a cat', negative: '' }],
  [['--seed', '7', '--', '-old man'], { prompt: '-old man', seed: 7 }],
  [['a cat', '--no', 'fog', '--', 'and a dog'], { prompt: 'a cat and a dog', negative: 'fog' }],
  [['a cat', '--ar=3:2', '--refine'], { prompt: 'a cat', aspect: { width: 3, height: 2 }, refine: true }],
])('%j reads as it would in the chat', (words, request) => {
  expect(parseCommand(commandText(words))).toEqual(request)
})

test('the value of a flag stays that value', () => {
  // A value that itself begins like a flag is one, as everywhere, and two dashes alone end the flags.
  const value = fc.string({ unit: 'grapheme' }).filter(text => !/^--([a-z]|$)/i.test(text))
  fc.assert(
    fc.property(value, negative => {
      const parsed = parseCommand(commandText(['a cat', '--no', negative, '--seed', '7']))
      expect(parsed).toEqual({ prompt: 'a cat', negative, seed: 7 })
    }),
  )
})
