/** Tokenises text for a prompt rule, with the names of embeddings replaced by their vectors. */
import type { PromptRule, Token, Tokenise } from './prompt-rule.ts'
import type { Tokenizer } from './tokenizer/tokenizer.ts'

/** An embedding for one encoder. Without vectors for that encoder it takes no place. */
export interface NamedVectors {
  readonly name: string
  readonly vectors: readonly Float32Array[]
}

export function tokeniseFor(
  tokenizer: Tokenizer,
  { plainTokens, embeddingNames }: PromptRule,
  embeddings: readonly NamedVectors[],
): Tokenise {
  const encode = plainTokens ? tokenizer.encodePlain : tokenizer.encode
  const [comma = -1] = encode(',')
  const names = embeddingPattern(
    embeddings.map(({ name }) => name),
    embeddingNames,
  )
  if (!names) return { tokens: encode, comma }
  const byName = new Map(embeddings.map(({ name, vectors }) => [spelledAlike(name), vectors]))
  const tokens = (text: string): Token[] => {
    const found: Token[] = []
    let from = 0
    for (const match of text.matchAll(names)) {
      found.push(...encode(text.slice(from, match.index)))
      const vectors = byName.get(spelledAlike(match.groups?.name ?? '')) ?? []
      if (vectors.length > 0) found.push(vectors)
      from = match.index + match[0].length
    }
    return [...found, ...encode(text.slice(from))]
  }
  return { tokens, comma }
}

/** The form in which spellings of a name are compared: neither case nor the number of spaces counts, as in CLIP's tokenizer. */
export function spelledAlike(name: string): string {
  return name.toLowerCase().replace(/\s+/g, ' ')
}

/**
 * Matches the names of embeddings in a text, longest names first. A name that is a word matches as a whole word only. Any
 * other name matches everywhere, as the reference matches its placeholder tokens.
 */
export function embeddingPattern(
  names: readonly string[],
  way: PromptRule['embeddingNames'],
): RegExp | undefined {
  if (way === 'none' || names.length === 0) return undefined
  const longestFirst = [...names].sort((a, b) => b.length - a.length)
  const choice = longestFirst.map(name => {
    const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/\s+/g, '\\s+')
    return /^\p{L}+$/u.test(name) ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped
  })
  const prefix = way === 'prefixed' ? 'embedding:' : '(?:embedding:)?'
  return new RegExp(`${prefix}(?<name>${choice.join('|')})`, 'giu')
}
