/** Finds lists of words that stand in `src/common/` and once more elsewhere. */
import * as choices from '../../../src/common/choices.ts'
import * as conversations from '../../../src/common/conversations.ts'
import * as platforms from '../../../src/common/platforms.ts'
import { type Source, withoutComments } from './sources.ts'

/** The lists by their names. */
const sharedLists = Object.entries({ ...choices, ...conversations, ...platforms }).flatMap(([name, list]) =>
  Array.isArray(list) ? [{ name, words: list.map(String) }] : [],
)

/** `['a', 'b']` and `'a' | 'b'`, with any number of words. */
const literalLists = /\[\s*(?:'[^'\n]*'\s*,\s*)+'[^'\n]*'\s*,?\s*\]|'[^'\n]*'(?:\s*\|\s*'[^'\n]*')+/g

/** A word that is added to one of two lists is missing in the other. */
export function findRepeatedLists({ path, text }: Source): string[] {
  if (path.startsWith('src/common/')) return []
  const literals = withoutComments(text).match(literalLists) ?? []
  return literals.flatMap(literal => {
    const words = new Set([...literal.matchAll(/'([^'\n]*)'/g)].map(([, word]) => word))
    // Of a list and the longer one that begins with it, the longer one is meant.
    const repeated = sharedLists.findLast(list => list.words.every(word => words.has(word)))
    return repeated ? [`${path}: repeats ${repeated.name} of src/common/`] : []
  })
}
