/** Lays a prompt out in rows of 77 tokens, the only length that the encoders know, with a weight per token. */
import type { Segment } from './prompt-weights.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Positions of a row: start, up to 75 of text, end, padding. */
export const rowLength = 77
const textLength = rowLength - 2

/** Prompts beyond 75 tokens: cut, as the reference does, or laid out in as many rows as they need. */
export type LongPrompts = 'truncate' | 'chunks'

export interface TokenRows {
  readonly rows: number
  /** [rows, 77] */
  readonly ids: Int32Array
  /** [rows, 77]; start, end and padding weigh 1. */
  readonly weights: Float32Array
}

/** Segments are tokenised one by one, so that a weight never changes how its neighbours are split. */
export function layOutTokens(
  tokenizer: Tokenizer,
  segments: readonly Segment[],
  longPrompts: LongPrompts = 'chunks',
): TokenRows {
  const tokens = segments.flatMap(({ text, weight }) => tokenizer.encode(text).map(id => ({ id, weight })))
  const needed = Math.max(Math.ceil(tokens.length / textLength), 1)
  const rows = longPrompts === 'truncate' ? 1 : needed
  const ids = new Int32Array(rows * rowLength).fill(tokenizer.padding)
  const weights = new Float32Array(rows * rowLength).fill(1)
  for (let row = 0; row < rows; row++) {
    const text = tokens.slice(row * textLength, (row + 1) * textLength)
    const begin = row * rowLength
    ids[begin] = tokenizer.start
    for (const [i, { id, weight }] of text.entries()) {
      ids[begin + 1 + i] = id
      weights[begin + 1 + i] = weight
    }
    ids[begin + 1 + text.length] = tokenizer.end
  }
  return { rows, ids, weights }
}

/** The same with empty rows added at the end, for encoders and prompts that must agree in length. */
export function padRows(tokenizer: Tokenizer, laidOut: TokenRows, rows: number): TokenRows {
  if (laidOut.rows >= rows) return laidOut
  const empty = layOutTokens(tokenizer, [])
  const ids = new Int32Array(rows * rowLength)
  const weights = new Float32Array(rows * rowLength).fill(1)
  ids.set(laidOut.ids)
  weights.set(laidOut.weights)
  for (let row = laidOut.rows; row < rows; row++) ids.set(empty.ids, row * rowLength)
  return { rows, ids, weights }
}
