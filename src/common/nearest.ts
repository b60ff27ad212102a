/** Finds the known names that are nearest to a mistyped one. */

/** The number of letters to compare; the work grows with the product of two lengths. */
const compared = 64

/** At most `limit` of `known` within a small edit distance of `name`, nearest first; case-insensitive. */
export function nearestNames(name: string, known: readonly string[], limit = 1): string[] {
  const wanted = head(name)
  // At most a third of the letters may differ; beyond that a suggestion would be a guess.
  const maxDistance = Math.max(1, Math.floor(wanted.length / 3))
  return known
    .map(candidate => ({ candidate, slips: editDistance(wanted, head(candidate)) }))
    .filter(({ candidate, slips }) => slips <= maxDistance || startsAlike(wanted, head(candidate)))
    .sort((a, b) => a.slips - b.slips)
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}

function head(name: string): string {
  return name.slice(0, compared).toLowerCase()
}

/** Whether one name is a prefix of the other (“neg” and “negative”). */
function startsAlike(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 2 && (a.startsWith(b) || b.startsWith(a))
}

/** Optimal string alignment distance: insertions, deletions, substitutions and transpositions. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
