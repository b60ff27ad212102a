/** How `easel imagine` divides its words into the prompt and the options. */
import { expect, test } from 'vitest'
import { imagineCommand } from '../../src/cli/commands/imagine.ts'
import { commandRunner } from '../../src/cli/session.ts'
import { en } from '../../src/words/en.ts'

test.each([
  [['-old man by a lake', '-o', 'x.png'], ['-old man by a lake'], 'x.png'],
  [['an', '-old', 'man', '-o', 'x.png'], ['an', '-old', 'man'], 'x.png'],
  [['-old man', '--seed', '7'], ['-old man', '--seed', '7'], 'out.png'],
  [['-o', '-', '--', '-o'], ['-o'], '-'],
  [['a cat', '--output', 'x.png'], ['a cat'], 'x.png'],
])('%j: a word that begins with -o is a word, and -o alone is the option', (args, prompt, output) => {
  const command = imagineCommand(en, commandRunner(process))
  const { operands, unknown } = command.parseOptions(args)
  expect([...operands, ...unknown].filter(word => word !== '--')).toEqual(prompt)
  expect(command.opts()).toMatchObject({ output })
})

test('the help shows the short form', () => {
  expect(imagineCommand(en, commandRunner(process)).helpInformation()).toContain('-o, --output <file>')
})
