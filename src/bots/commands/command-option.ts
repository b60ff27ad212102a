/** Options of commands: named values with bounds, of the same kinds as flag values. */
import { type Problem, problem } from '../../app/problems.ts'
import type { Words } from '../../words/en.ts'
import type { FlagValue } from '../grammar/flag-values.ts'
import { readValue } from '../grammar/read-value.ts'

export type OptionName = keyof Words['commandOptions']

/** The typed text of each option, by the option's name. */
export type TypedOptions = Readonly<Record<string, string | undefined>>

export interface CommandOption {
  readonly name: OptionName
  readonly isRequired: boolean
  /** The default, in typed form. */
  readonly defaultText?: string
  /** The completions during typing, on platforms that support them. */
  readonly completes?: 'own-pictures'
  readonly kind: Pick<FlagValue<unknown>, 'expected' | 'shape'> & {
    readonly range?: { min: number; max: number }
  }
}

export interface ReadableOption<T> extends CommandOption {
  /** `usage` is the command's usage, for the problem of an invalid value. */
  read(typed: TypedOptions, usage: string): { kind: 'read'; value: T } | { kind: 'refused'; problem: Problem }
}

export function requiredOption<T>(
  name: OptionName,
  kind: FlagValue<T>,
  { completes }: Pick<CommandOption, 'completes'> = {},
): ReadableOption<T> {
  const read = (typed: TypedOptions, usage: string) => readOption(name, kind, typed, usage)
  return { name, kind, isRequired: true, read, ...(completes && { completes }) }
}

/** An optional option. */
export function optionalOption<T>(name: OptionName, kind: FlagValue<T>, fallback: T): ReadableOption<T> {
  return {
    name,
    kind,
    isRequired: false,
    defaultText: kind.write(fallback),
    read: (typed, usage) =>
      typed[name] === undefined ? { kind: 'read', value: fallback } : readOption(name, kind, typed, usage),
  }
}

function readOption<T>(name: OptionName, kind: FlagValue<T>, typed: TypedOptions, usage: string) {
  const value = typed[name]?.trim() ?? ''
  const read = readValue(kind, { value, quoted: false })
  switch (read.kind) {
    case 'read':
      return read
    case 'unreadable':
      return {
        kind: 'refused',
        problem: problem('option-value', { usage, value, expected: kind.expected }),
      } as const
    case 'out-of-range':
      return {
        kind: 'refused',
        problem: problem('out-of-range', { name, value: read.value, min: read.min, max: read.max }),
      } as const
  }
}
