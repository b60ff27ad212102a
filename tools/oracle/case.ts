/** What a checker of the oracle hands out: named cases that measure themselves against golden numbers. */
import type { OracleFolder } from './folder.ts'
import { NotYet } from './not-yet.ts'

/** One comparison inside a case. `passed` is stated only where it is more than error <= limit. */
export interface Check {
  what: string
  /** Largest absolute difference; Infinity where the shapes differ, NaN where ours is not a number. */
  error: number
  limit: number
  passed?: boolean
  note?: string
}

/** One golden case: either measurable, or waiting for a later part of the engine. */
export type OracleCase =
  | { name: string; run: () => Promise<readonly Check[]> }
  | { name: string; notYet: string }

/** One kind of golden numbers. */
export interface Checker {
  /** How the kind's own failure is named, should its list not be readable. */
  readonly name: string
  /** The cases that the folder holds; none where it lacks the kind. */
  list(oracle: OracleFolder): Promise<readonly OracleCase[]>
}

export interface CaseResult {
  name: string
  verdict: 'pass' | 'fail' | 'not yet'
  /** The check closest to (or furthest beyond) its limit. */
  error: number
  limit: number
  note: string
}

type Numbers = ArrayLike<number>

/** Element by element: the largest |ours - golden| against a limit. */
export function compare(what: string, ours: Numbers, golden: Numbers, limit: number): Check {
  return { what, error: maxAbsoluteError(ours, golden), limit }
}

export function maxAbsoluteError(ours: Numbers, golden: Numbers): number {
  if (ours.length !== golden.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < golden.length; i++) {
    const error = Math.abs((ours[i] ?? Number.NaN) - (golden[i] ?? Number.NaN))
    if (Number.isNaN(error)) return Number.NaN
    if (error > worst) worst = error
  }
  return worst
}

/** Pictures agree when 99.9 % of the 8-bit values are within 1 and none is off by more than 3. */
export function comparePictures(what: string, ours: Numbers, golden: Numbers): Check {
  const error = maxAbsoluteError(ours, golden)
  let beyondOne = 0
  for (let i = 0; i < golden.length; i++) {
    if (!(Math.abs((ours[i] ?? Number.NaN) - (golden[i] ?? Number.NaN)) <= 1)) beyondOne++
  }
  const share = beyondOne / Math.max(golden.length, 1)
  return {
    what,
    error,
    limit: 3,
    passed: error <= 3 && share <= 0.001,
    note: `${(100 * share).toFixed(3)} % off by more than 1`,
  }
}

/** The checker's cases; where they cannot even be listed, one case that fails with the reason. */
export async function listCases(checker: Checker, oracle: OracleFolder): Promise<readonly OracleCase[]> {
  try {
    return await checker.list(oracle)
  } catch (error) {
    return [{ name: checker.name, run: () => Promise.reject(error) }]
  }
}

/** Runs a case; whatever it throws is a failure with the reason in its line. */
export async function runCase(oracleCase: OracleCase): Promise<CaseResult> {
  const { name } = oracleCase
  if ('notYet' in oracleCase) {
    return { name, verdict: 'not yet', error: Number.NaN, limit: Number.NaN, note: oracleCase.notYet }
  }
  try {
    return summary(name, await oracleCase.run())
  } catch (error) {
    const note = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
    const verdict = error instanceof NotYet ? 'not yet' : 'fail'
    return { name, verdict, error: Number.NaN, limit: Number.NaN, note }
  }
}

function summary(name: string, checks: readonly Check[]): CaseResult {
  const worst = checks.toSorted((a, b) => strain(b) - strain(a))[0]
  if (!worst) {
    return { name, verdict: 'fail', error: Number.NaN, limit: Number.NaN, note: 'nothing was compared' }
  }
  const notes = checks
    .filter(check => check !== worst && (!passes(check) || check.note))
    .map(check => `; ${check.what}: ${check.note ?? check.error.toExponential(2)}`)
  return {
    name,
    verdict: checks.every(passes) ? 'pass' : 'fail',
    error: worst.error,
    limit: worst.limit,
    note: worst.what + (worst.note ? `: ${worst.note}` : '') + notes.join(''),
  }
}

export function passes(check: Check): boolean {
  return check.passed ?? check.error <= check.limit
}

/** How much of its limit a check uses; failures sort first, then not-a-number before all. */
function strain(check: Check): number {
  if (Number.isNaN(check.error)) return Number.POSITIVE_INFINITY
  // A picture that passes by its share says less than the numbers that it was made from.
  if (check.passed === true) return 0
  const used = check.limit > 0 ? check.error / check.limit : check.error > 0 ? Number.MAX_VALUE : 0
  return passes(check) ? Math.min(used, 1) : Math.max(used, 2)
}

/** `name  error  limit  verdict  (what was compared)` */
export function line(result: CaseResult): string {
  const number = (value: number): string =>
    (Number.isNaN(value) ? '-' : value === 0 ? '0' : value.toExponential(2)).padStart(9)
  const note = result.note ? `  (${result.note})` : ''
  return `${result.name.padEnd(56)} ${number(result.error)} ${number(result.limit)}  ${result.verdict}${note}`
}
