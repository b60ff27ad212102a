/** The kinds of flag values: parsing from typed text, and formatting. */

import type { FlagExpectation } from '../../app/problems.ts'
import type { GivenPicture, ImagineRequest } from '../../app/requests.ts'
import { type Bounds, bounds } from '../../common/bounds.ts'
import { refinerWays } from '../../common/choices.ts'

/** `read` returns undefined for an invalid text; `write` returns undefined for a value that cannot be typed. */
export interface FlagValue<T> {
  readonly expected: FlagExpectation
  /** The form shown in help: `W:H`; empty for a flag without a value. */
  readonly shape: string
  /** `typed` is '' for a flag without a value; an intended empty text must be quoted. */
  read(typed: string, quoted?: boolean): T | undefined
  write(value: T): string | undefined
  /** Joins the values of a repeated flag into a list. Other flags may be given only once. */
  joined?(before: T, more: T): T
  /** Bounds for every model and configuration; app/ applies narrower ones. */
  readonly range?: { min: number; max: number; numbersOf(value: T): readonly number[] }
}

export const text: FlagValue<string> = {
  expected: 'text',
  shape: 'text',
  read: (typed, quoted) => (typed === '' && !quoted ? undefined : typed),
  write: value => value,
}

/** An integer, rounded if it is above the safe ones: the range refuses those, and names its limit. */
export const wholeNumber: FlagValue<number> = {
  expected: 'whole-number',
  shape: 'N',
  read(typed) {
    const value = /^[+-]?\d+$/.test(typed) ? Number(typed) : Number.NaN
    return Number.isFinite(value) ? value + 0 : undefined
  },
  write: String,
}

export const number: FlagValue<number> = {
  expected: 'number',
  shape: 'X',
  read(typed) {
    const isNumber = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(typed)
    // Many languages use a decimal comma.
    const value = isNumber ? Number(typed.replace(',', '.')) : Number.NaN
    return Number.isFinite(value) ? value : undefined
  },
  write: String,
}

/** A kind of number with bounds. */
export function between({ min, max }: Bounds, kind: FlagValue<number>): FlagValue<number> {
  return { ...kind, range: { min, max, numbersOf: value => [value] } }
}

export const ratio: FlagValue<{ width: number; height: number }> = {
  expected: 'ratio',
  shape: 'W:H',
  read(typed) {
    const [, ...sides] = /^(\d{1,5}(?:[.,]\d+)?)\s*[:/x×*]\s*(\d{1,5}(?:[.,]\d+)?)$/i.exec(typed) ?? []
    const [width = Number.NaN, height = Number.NaN] = sides.map(side => Number(side.replace(',', '.')))
    const value = { width, height }
    return value.width > 0 && value.height > 0 ? value : undefined
  },
  write: value => `${value.width}:${value.height}`,
}

export const size: FlagValue<{ widthPx: number; heightPx: number }> = {
  expected: 'size',
  shape: 'WxH',
  read(typed) {
    const [, width, height] = /^(\d{1,6})\s*[x×*]\s*(\d{1,6})$/i.exec(typed) ?? []
    const value = { widthPx: Number(width), heightPx: Number(height) }
    return value.widthPx > 0 && value.heightPx > 0 ? value : undefined
  },
  write: value => `${value.widthPx}x${value.heightPx}`,
}

/** Two fractions of the schedule in ascending order. */
export const interval: FlagValue<[number, number]> = {
  expected: 'interval',
  shape: 'A:B',
  read(typed) {
    const [from, to, ...more] = typed.split(':').map(part => number.read(part.trim()))
    return from !== undefined && to !== undefined && more.length === 0 && from <= to ? [from, to] : undefined
  },
  write: ([from, to]) => `${from}:${to}`,
  range: { ...bounds.guidanceInterval, numbersOf: value => value },
}

export const onOff: FlagValue<boolean> = {
  expected: 'on-off',
  shape: '',
  read(typed) {
    if (typed === '' || typed.toLowerCase() === 'on') return true
    return typed.toLowerCase() === 'off' ? false : undefined
  },
  write: value => (value ? '' : 'off'),
}

/** Pixels of padding around the painted region; on: the default. */
export const padding: FlagValue<number | false> = {
  expected: 'padding',
  shape: '[N|off]',
  read(typed) {
    const isOn = onOff.read(typed)
    if (isOn !== undefined) return isOn && defaultPaddingPx
    return wholeNumber.read(typed)
  },
  write: value => (value === false ? 'off' : String(value)),
  range: { ...bounds.maskPadding, numbersOf: value => (value === false ? [] : [value]) },
}

/** A1111's default padding. */
const defaultPaddingPx = 32

export const refineWay: FlagValue<NonNullable<ImagineRequest['refine']>> = {
  expected: 'refine',
  shape: `[${refinerWays.join('|')}|off]`,
  read(typed) {
    const way = typed.toLowerCase()
    return refinerWays.find(known => known === way) ?? onOff.read(way)
  },
  write: value => (typeof value === 'string' ? value : onOff.write(value)),
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  expected: FlagExpectation,
  words: readonly Word[],
): FlagValue<Word> {
  return {
    expected,
    shape: words.join('|'),
    read: typed => words.find(word => word === typed.toLowerCase()),
    write: value => value,
  }
}

/** Other texts are no ids, e.g. those with more words. */
const idForm = /^[0-9a-z]{1,40}$/i

/** The id of a picture or a job, as copied by people. */
export const pictureId: FlagValue<string> = {
  expected: 'picture-id',
  shape: 'ID',
  read: typed => (idForm.test(typed) ? typed : undefined),
  write: value => value,
}

/** One of our own pictures by its id; a picture sent as bytes has no id to type. */
export const storedPicture: FlagValue<GivenPicture> = {
  expected: 'picture-id',
  shape: 'ID',
  read: typed => (idForm.test(typed) ? { kind: 'stored', pictureId: typed } : undefined),
  write: value => (value.kind === 'stored' ? value.pictureId : undefined),
}
