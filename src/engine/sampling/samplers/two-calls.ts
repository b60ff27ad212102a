/** Order of model calls where a step looks twice: first, second, first, second, …, and what is left of the first ones. */

/** Interleaves what belongs to first and second calls; where the run ends at 0, the last step has no second one. */
export function twoCallsPerStep<T>(first: readonly T[], second: readonly T[]): T[] {
  return first.flatMap((value, k) => {
    const other = second[k]
    return other === undefined ? [value] : [value, other]
  })
}
