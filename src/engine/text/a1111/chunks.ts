/**
 * Chunks in A1111's way: 75 tokens each. If a chunk is full and has a comma among its last 20 tokens, the tokens after that
 * comma move to the next chunk. BREAK ends a chunk. An embedding is never split.
 */
import {
  type Chunk,
  chunkLength,
  type PromptPlace,
  placesOf,
  type Segment,
  type Tokenise,
} from '../prompt-rule.ts'
import { isBreak } from './attention.ts'

/** The number of tokens to search for a comma; A1111's default. */
const lookBack = 20

export function cutIntoChunks(segments: readonly Segment[], tokenise: Tokenise): Chunk[] {
  const chunks: Chunk[] = []
  let chunk: PromptPlace[] = []
  /** Position of the last comma in the chunk. */
  let comma = -1
  const next = () => {
    chunks.push(chunk)
    chunk = []
    comma = -1
  }
  for (const segment of segments) {
    if (isBreak(segment)) {
      next()
      continue
    }
    for (const token of tokenise.tokens(segment.text)) {
      const isFull = chunk.length === chunkLength
      if (token === tokenise.comma) comma = chunk.length
      else if (isFull && comma !== -1 && chunk.length - comma <= lookBack) {
        const moved = chunk.splice(comma + 1)
        next()
        chunk = moved
      }
      const places = placesOf(token, segment.weight)
      if (chunk.length + places.length > chunkLength) next()
      chunk.push(...places)
    }
  }
  if (chunk.length > 0 || chunks.length === 0) next()
  return chunks
}
