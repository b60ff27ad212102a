/**
 * What the Discord client itself shows and refuses: buttons, a command's options, values out of range
 * (docs.discord.com/developers/interactions/application-commands, Application Command Option Structure; …/components/reference).
 */

import type { Command, CommandOption, ValueOption } from '../limits/commands.ts'
import { type ButtonComponent, everyComponent, type SelectComponent } from '../limits/components.ts'
import type { Message } from '../world.ts'

export function buttonsOf(message: Message): ButtonComponent[] {
  return [...everyComponent(message.components)].filter(each => each.type === 2)
}

export function selectsOf(message: Message): SelectComponent[] {
  return [...everyComponent(message.components)].filter(each => each.type === 3)
}

export function labelsOf(message: Message): string[] {
  return buttonsOf(message).map(each => each.label ?? '')
}

/** The options that take a value, of a command or of one of its subcommands. */
export function definitionsOf(command: Command, subcommand: string | undefined): ValueOption[] {
  if (!('options' in command)) return []
  const own = command.options ?? []
  const inner = own.find(option => option.name === subcommand)
  const owner = subcommand === undefined ? own : inner && 'options' in inner ? (inner.options ?? []) : []
  return owner.flatMap(option => (isValueOption(option) ? [option] : []))
}

function isValueOption(option: CommandOption): option is ValueOption {
  return option.type >= 3
}

/** The Discord client does not let a person send these. */
export function checkValue(definition: ValueOption, value: string | number | boolean): void {
  const fail = (why: string) => {
    throw new Error(`The client refuses ${definition.name}: ${why}.`)
  }
  const expected = { 3: 'string', 4: 'number', 5: 'boolean', 10: 'number' }[definition.type]
  if (expected !== undefined && typeof value !== expected) fail(`not a ${expected}`)
  if (definition.type === 4 && !Number.isInteger(value)) fail('not a whole number')
  if (typeof value === 'number' && value < (definition.min_value ?? value))
    fail(`under ${definition.min_value}`)
  if (typeof value === 'number' && value > (definition.max_value ?? value))
    fail(`over ${definition.max_value}`)
  if (typeof value === 'string' && value.length > (definition.max_length ?? 6000)) fail('too long')
  if (definition.choices?.length && !definition.choices.some(choice => choice.value === value))
    fail('no choice')
}
