/** Texts that commander writes by itself, in the configured language: its help and its refusals of a command line. */
import type { CommanderError, HelpConfiguration, Option } from 'commander'
import type { Words } from '../words/en.ts'

type RefusalWords = Words['cli']['refusals']

/** commander's message of one code: its form, and the sentence from the facts in it. */
interface UsageRefusal {
  readonly form: RegExp
  /** `help`: the command line of the help with further information. */
  sentence(words: RefusalWords, facts: readonly (string | undefined)[], help: string): string
}

const nearestNames = String.raw`(?:\n\(Did you mean (?:one of )?(.+)\?\))?`

/** The texts by the code of a CommanderError without its prefix. commander states the facts in its message alone. */
const refusals: { readonly [Code in Exclude<keyof RefusalWords, 'other'>]: UsageRefusal } = {
  unknownCommand: {
    form: new RegExp(`^error: unknown command '(.*)'${nearestNames}$`, 's'),
    sentence: (words, [name = '', nearest]) => words.unknownCommand(name, splitNames(nearest)),
  },
  unknownOption: {
    form: new RegExp(`^error: unknown option '(.*)'${nearestNames}$`, 's'),
    sentence: (words, [option = '', nearest], help) => words.unknownOption(option, splitNames(nearest), help),
  },
  missingArgument: {
    form: /^error: missing required argument '(.*)'$/,
    sentence: (words, [name = ''], help) => words.missingArgument(name, help),
  },
  optionMissingArgument: {
    form: /^error: option '(.*)' argument missing$/,
    sentence: (words, [option = ''], help) => words.optionMissingArgument(option, help),
  },
  excessArguments: {
    form: /^error: too many arguments.* Expected (\d+) arguments? but got (\d+)\.$/,
    sentence: (words, [expected, found], help) =>
      words.excessArguments(Number(expected), Number(found), help),
  },
  invalidArgument: {
    form: /^error: option '(.*?)' argument '(.*)' is invalid\. (.*)$/s,
    sentence: (words, [option = '', value = '', reason = '']) => words.invalidArgument(option, value, reason),
  },
}

/**
 * The sentence of commander's refusal of `args`; a general one for a code that none of Easel's commands can cause. It ends with
 * the help of the command, if the line begins with one.
 */
export function refusalSentence(
  { cli }: Words,
  { code, message }: CommanderError,
  [asked = '']: readonly string[],
): string {
  const help = Object.hasOwn(cli.commands, asked) ? `easel ${asked} --help` : 'easel --help'
  const name = code.replace('commander.', '')
  const refusal = isRefusal(name) ? refusals[name] : undefined
  const facts = refusal?.form.exec(message)?.slice(1)
  return (facts && refusal?.sentence(cli.refusals, facts, help)) ?? cli.refusals.other
}

/** Settings of commander's help. Its titles and `[options]` pass through its functions for colours. */
export function helpIn({ cli: { help } }: Words): HelpConfiguration {
  const translated = (text: string) => Object.entries(help.parts).find(([part]) => part === text)?.[1] ?? text
  return {
    styleTitle: translated,
    styleOptionText: translated,
    styleSubcommandText: translated,
    optionDescription: ({ description, defaultValue }: Option) =>
      typeof defaultValue === 'string' || typeof defaultValue === 'number'
        ? help.withDefault(description, defaultValue)
        : description,
  }
}

function splitNames(names: string | undefined): string[] {
  return names?.split(', ') ?? []
}

function isRefusal(name: string): name is keyof typeof refusals {
  return Object.hasOwn(refusals, name)
}
