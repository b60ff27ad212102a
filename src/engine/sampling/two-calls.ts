/** The order of model calls with two calls per step: first, second, first, second, …, then the remaining first ones. */

/** Interleaves the values of first and second calls. If the run ends at 0, the last step has no second call. */
export function twoCallsPerStep<T>(first: readonly T[], second: readonly T[]): T[] {
  return first.flatMap((value, k) => {
    const other = second[k]
    return other === undefined ? [value] : [value, other]
  })
}
