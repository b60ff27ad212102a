/** Order of model calls where a step looks twice: first, second, first, second, …, first. */

/** Interleaves what belongs to first and second calls; the last step has no second one. */
export function twoCallsPerStep(first: readonly number[], second: readonly number[]): number[] {
  return first.flatMap((value, k) => {
    const other = second[k]
    return other === undefined ? [value] : [value, other]
  })
}
