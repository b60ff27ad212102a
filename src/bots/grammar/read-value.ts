/** Reads what was typed for a flag or an option, within the bounds of its kind of value. */
import type { FlagValue } from './flag-values.ts'

/** What was typed as a value; `quoted` where it stood in quotes (they are off). */
export interface TypedValue {
  value: string
  quoted: boolean
}

export type ReadValue<T> =
  | { kind: 'read'; value: T }
  | { kind: 'unreadable' }
  | { kind: 'out-of-range'; value: number; min: number; max: number }

export function readValue<T>(valueKind: FlagValue<T>, { value: text, quoted }: TypedValue): ReadValue<T> {
  // Except in free text, full-width digits and colons of phone keyboards read as plain ones.
  const typed = valueKind.expected === 'text' ? text : text.normalize('NFKC')
  const value = valueKind.read(typed, quoted)
  if (value === undefined) return { kind: 'unreadable' }
  const { range } = valueKind
  const outside = range?.numbersOf(value).find(given => given < range.min || given > range.max)
  return range && outside !== undefined
    ? { kind: 'out-of-range', value: outside, min: range.min, max: range.max }
    : { kind: 'read', value }
}
