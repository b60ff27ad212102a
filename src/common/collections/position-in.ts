/** Binary search. */

/** The number of elements before an item in a list that is sorted by `compare`, which is negative when `a` comes before `b`. */
export function positionIn<T>(sorted: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    const other = sorted[middle]
    if (other !== undefined && compare(other, item) < 0) from = middle + 1
    else to = middle
  }
  return from
}
