/** What commander writes by itself is in the configured language: each of its refusals, and its help. */
import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { refusalSentence } from '../../src/cli/commander-texts.ts'
import { buildProgram } from '../../src/cli/program.ts'
import type { Words } from '../../src/words/en.ts'
import { en } from '../../src/words/en.ts'
import { zhCn } from '../../src/words/zh-cn/index.ts'

type Refusals = Words['cli']['refusals']

/** The sentence for a command line that commander refuses. */
async function refused(words: Words, args: string[]): Promise<string> {
  const program = await buildProgram(args[0], words, process)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return refusalSentence(words, error, args)
    throw error
  }
  throw new Error('it was not refused')
}

describe.each([
  ['English', en],
  ['Chinese', zhCn],
])('in %s', (_, words) => {
  const { cli } = words
  test.each<[keyof Refusals, string[], (refusals: Refusals) => string]>([
    ['unknownCommand', ['qqqqqq'], r => r.unknownCommand('qqqqqq', [])],
    ['unknownCommand', ['stat'], r => r.unknownCommand('stat', ['stats'])],
    ['unknownOption', ['stats', '--qqqqqq'], r => r.unknownOption('--qqqqqq', [], 'easel stats --help')],
    ['unknownOption', ['--qqqqqq', 'stats'], r => r.unknownOption('--qqqqqq', [], 'easel --help')],
    ['unknownOption', ['stats', '--day'], r => r.unknownOption('--day', ['--days'], '')],
    ['unknownOption', ['stats', "--it's"], r => r.unknownOption("--it's", [], 'easel stats --help')],
    ['missingArgument', ['info'], r => r.missingArgument('file', 'easel info --help')],
    [
      'optionMissingArgument',
      ['stats', '--days'],
      r => r.optionMissingArgument('--days <number>', 'easel stats --help'),
    ],
    ['excessArguments', ['stats', 'one', 'two'], r => r.excessArguments(0, 2, 'easel stats --help')],
    ['excessArguments', ['info', 'a.png', 'b.png'], r => r.excessArguments(1, 2, 'easel info --help')],
    [
      'invalidArgument',
      ['stats', '--days', "a' b"],
      r => r.invalidArgument('--days <number>', "a' b", cli.notANumber),
    ],
  ])('commander’s refusal %s has a sentence: %j', async (_, args, sentence) => {
    expect(await refused(words, args)).toBe(sentence(cli.refusals))
  })

  test('a refusal without a sentence of its own gets the general one', () => {
    const error = new CommanderError(1, 'commander.conflictingOption', 'error: …')
    expect(refusalSentence(words, error, [])).toBe(cli.refusals.other)
  })

  test('no part of the help is in another language', async () => {
    const program = await buildProgram('stats', words, process)
    const texts = [program, ...program.commands].map(command => command.helpInformation()).join('\n')
    for (const part of Object.values(cli.help.parts)) expect(texts).toContain(part)
    expect(texts).toContain(cli.help.withDefault(cli.options.days, 30))
    // Names and values in the grammar of shells are the same in all languages; what remains of a Chinese help has no word in it.
    const parts: readonly string[] = Object.values(en.cli.help.parts)
    if (words !== en) for (const part of parts) expect(texts).not.toContain(part)
    if (words !== en) expect(texts).not.toMatch(/default|display|output the/)
  })
})
