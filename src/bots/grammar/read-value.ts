/** Reads the typed value of a flag or an option, within the bounds of its kind. */
import type { FlagValue } from './flag-values.ts'

/** A typed value; `quoted` if it was in quotes, which are removed. */
export interface TypedValue {
  value: string
  quoted: boolean
}

export type ReadValue<T> =
  | { kind: 'read'; value: T }
  | { kind: 'unreadable' }
  /** `value` is the typed text if a number would round it. */
  | { kind: 'out-of-range'; value: number | string; min: number; max: number }

export function readValue<T>(valueKind: FlagValue<T>, { value: text, quoted }: TypedValue): ReadValue<T> {
  // Full-width digits and colons of phone keyboards are converted, except in free text.
  const typed = valueKind.expected === 'text' ? text : text.normalize('NFKC')
  const value = valueKind.read(typed, quoted)
  if (value === undefined) return { kind: 'unreadable' }
  const { range } = valueKind
  const outside = range?.numbersOf(value).find(given => given < range.min || given > range.max)
  if (!range || outside === undefined) return { kind: 'read', value }
  const isRounded = Math.abs(outside) > Number.MAX_SAFE_INTEGER
  return { kind: 'out-of-range', value: isRounded ? typed : outside, min: range.min, max: range.max }
}
