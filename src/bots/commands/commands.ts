/** The table of commands. Registrations, menus, completions, manifests and every help text derive from it. */
import { type Problem, problem } from '../../app/problems.ts'
import { nearestNames } from '../../common/nearest.ts'
import { en, type Words } from '../../words/en.ts'
import type { Command, CommandContext, CommandReply } from './command.ts'
import type { TypedOptions } from './command-option.ts'
import { forget } from './forget.ts'
import { help } from './help.ts'
import { imagine } from './imagine.ts'
import { mine } from './mine.ts'
import { models } from './models.ts'
import { notify } from './notify.ts'
import { queue } from './queue.ts'
import { settings } from './settings.ts'
import { show } from './show.ts'
import { stats } from './stats.ts'
import { usage } from './usage.ts'

/** Commands and their texts in words/ correspond one to one. */
export type CommandName = keyof Words['commands']

/** The commands in listing order. */
export const commands: { readonly [Name in CommandName]: Command } = {
  imagine,
  queue,
  mine,
  show,
  models,
  usage,
  settings,
  notify,
  stats,
  help,
  forget,
}

export const commandNames: readonly CommandName[] = Object.keys(commands).filter(isCommandName)

/** All commands except /imagine. */
export const smallCommandNames = commandNames.filter(name => name !== 'imagine')

/** The typed name, which is the same in every language and has one or two words: `forget me`. */
export function typedNameOf(name: CommandName): string {
  return en.commands[name].name
}

/** The usage with options: `show ID`, `stats [N]`. */
export function usageOf(name: CommandName): string {
  const options = commands[name].options.map(({ kind, isRequired }) =>
    isRequired ? kind.shape : `[${kind.shape}]`,
  )
  return [typedNameOf(name), ...options].join(' ')
}

/** A line of help for every small command: `/show ID: Bring an earlier picture here`. */
export function helpLines(words: Words, prefix: string): string[] {
  return smallCommandNames.map(name => `${prefix}${usageOf(name)}: ${words.commands[name].about}`)
}

export type FoundCommand =
  | { kind: 'known'; name: CommandName; rest: string }
  | { kind: 'unknown'; typed: string; nearest?: string }

/** The command at the start of a text, in any case and with any punctuation behind it, and the rest; otherwise the nearest name. */
export function findCommand(text: string, among: readonly CommandName[] = commandNames): FoundCommand {
  const words = text.trim().split(/\s+/)
  const name = among.find(candidate => {
    const typedName = typedNameOf(candidate).split(' ')
    return typedName.every((word, i) => nameIn(words[i]) === word)
  })
  if (name === undefined) {
    const typed = nameIn(words[0])
    return { kind: 'unknown', typed, nearest: nearestNames(typed, among.map(typedNameOf))[0] }
  }
  return { kind: 'known', name, rest: words.slice(typedNameOf(name).split(' ').length).join(' ') }
}

/** Without the punctuation behind it, unless nothing else is there. */
function nameIn(word = ''): string {
  const name = word.toLowerCase()
  return name.replace(/\p{P}+$/u, '') || name
}

/** The options in the text after a command's name, one word each; the last option takes the rest. */
export function readTypedOptions(name: CommandName, rest: string): TypedOptions {
  const words = rest.split(' ').filter(word => word !== '')
  const { options } = commands[name]
  return Object.fromEntries(
    options.flatMap(({ name: option }, i) => {
      const typed = i === options.length - 1 ? words.slice(i).join(' ') : (words[i] ?? '')
      return typed === '' ? [] : [[option, typed]]
    }),
  )
}

/** The problem of words after a command that takes none; /imagine reads them itself. */
export function wordsProblem(name: CommandName, rest: string, prefix: string): Problem | undefined {
  if (rest === '' || name === 'imagine' || commands[name].options.length > 0) return undefined
  return problem('command-words', { usage: `${prefix}${usageOf(name)}`, words: rest })
}

/** Runs a command's handler. Rejects if the database fails. */
export async function runCommand(
  name: CommandName,
  typed: TypedOptions,
  context: Omit<CommandContext, 'usage'>,
): Promise<CommandReply> {
  return commands[name].handle({ ...context, usage: `${context.prefix}${usageOf(name)}` }, typed)
}

function isCommandName(name: string): name is CommandName {
  return name in commands
}
