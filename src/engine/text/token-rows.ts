/** Arranges a prompt in rows of 77 places, the only length that the encoders support, with a weight per place. */
import {
  type Chunk,
  chunkLength,
  type PromptPlace,
  placesOf,
  type Segment,
  type Tokenise,
} from './prompt-rule.ts'
import type { Tokenizer } from './tokenizer/tokenizer.ts'

/** Places of a row: start, up to 75 of text, end, padding. */
export const rowLength = chunkLength + 2

export interface TokenRows {
  readonly rows: number
  /** [rows, 77] */
  readonly ids: Int32Array
  /** [rows, 77]; start, end and padding weigh 1. */
  readonly weights: Float32Array
  /** Vectors that replace a token's own embedding: an index into ids, and a vector of the encoder's width. */
  readonly vectors: readonly { readonly place: number; readonly vector: Float32Array }[]
}

/** Chunks of exactly 75 tokens. Segments are tokenised one by one, so a weight never changes the tokens of its neighbours. */
export function cutEvenly(segments: readonly Segment[], tokenise: Tokenise): Chunk[] {
  const places = segments.flatMap(({ text, weight }) =>
    tokenise.tokens(text).flatMap(token => placesOf(token, weight)),
  )
  const chunks: PromptPlace[][] = []
  for (let from = 0; from === 0 || from < places.length; from += chunkLength) {
    chunks.push(places.slice(from, from + chunkLength))
  }
  return chunks
}

/** At least `minRows` rows; added rows are empty. */
export function layOutRows(tokenizer: Tokenizer, chunks: readonly Chunk[], minRows = 1): TokenRows {
  const rows = Math.max(chunks.length, minRows)
  const ids = new Int32Array(rows * rowLength).fill(tokenizer.padding)
  const weights = new Float32Array(rows * rowLength).fill(1)
  const vectors: { place: number; vector: Float32Array }[] = []
  for (let row = 0; row < rows; row++) {
    const chunk = chunks[row] ?? []
    const begin = row * rowLength
    ids[begin] = tokenizer.start
    for (const [i, { token, weight }] of chunk.entries()) {
      const place = begin + 1 + i
      weights[place] = weight
      if (typeof token === 'number') ids[place] = token
      else {
        // Any id except the end token's, which marks the position of the pooled text.
        ids[place] = 0
        vectors.push({ place, vector: token })
      }
    }
    ids[begin + 1 + chunk.length] = tokenizer.end
  }
  return { rows, ids, weights, vectors }
}
