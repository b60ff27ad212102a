/** Wildcards in a prompt: `__name__` is replaced by one line of the list of that name. Pure: `pick` supplies randomness. */

/** Lines by the list's name. */
export type WildcardLists = Readonly<Record<string, readonly string[]>>

export type Drawing =
  | { kind: 'drawn'; prompt: string }
  | { kind: 'unknown-wildcard'; name: string; known: string[] }
  /** Every line names another list, at every depth. */
  | { kind: 'endless-wildcard'; name: string }
  | { kind: 'too-long'; limit: number }

/** A list's name in a prompt; `\_` is a plain underscore. */
const token = /\\_|__([\p{L}\p{N}_/-]+?)__/gu

/** Lines may name further lists. At this depth only lines without one are drawn, because lists may name each other. */
const deepest = 4

/**
 * `pick` returns an integer from 0 to below `count`, once per wildcard. `limit`: the maximum number of code units that
 * the wildcards of one prompt may expand to, including lines that name further lists.
 */
export function drawWildcards(
  prompt: string,
  lists: WildcardLists,
  pick: (count: number) => number,
  limit = Number.POSITIVE_INFINITY,
): Drawing {
  let [unknown, endless]: [string?, string?] = []
  let length = 0
  const fill = (text: string, depth: number): string =>
    text.replace(token, (written: string, name: string | undefined) => {
      if (name === undefined) return '_'
      const lines = Object.hasOwn(lists, name) ? (lists[name] ?? []) : []
      if (lines.length === 0) unknown ??= name
      if (length > limit) return written
      const drawable = depth < deepest ? lines : lines.filter(line => !namesList(line))
      if (drawable.length === 0) endless ??= name
      const line = drawable[pick(drawable.length)] ?? ''
      length += line.length
      return fill(line, depth + 1)
    })
  const drawn = fill(prompt, 0)
  if (unknown !== undefined) return { kind: 'unknown-wildcard', name: unknown, known: Object.keys(lists) }
  if (endless !== undefined) return { kind: 'endless-wildcard', name: endless }
  return length > limit ? { kind: 'too-long', limit } : { kind: 'drawn', prompt: drawn }
}

function namesList(line: string): boolean {
  return [...line.matchAll(token)].some(([, name]) => name !== undefined)
}
