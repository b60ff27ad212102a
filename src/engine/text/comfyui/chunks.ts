/**
 * Chunks in ComfyUI's way: every segment is tokenised by itself. A segment of 8 or more tokens is split at 75. A shorter one
 * that does not fit moves to the next chunk as a whole. An embedding is a segment.
 */
import {
  type Chunk,
  chunkLength,
  type PromptPlace,
  placesOf,
  type Segment,
  type Tokenise,
} from '../prompt-rule.ts'

/** A piece with at least this many tokens may be split. */
const largePiece = 8

export function cutPieces(segments: readonly Segment[], tokenise: Tokenise): Chunk[] {
  const chunks: PromptPlace[][] = [[]]
  const last = () => chunks.at(-1) ?? []
  for (const piece of segments.flatMap(segment => piecesOf(segment, tokenise))) {
    let rest = piece
    while (rest.length + last().length > chunkLength) {
      const fits = piece.length >= largePiece || rest.length > chunkLength ? chunkLength - last().length : 0
      last().push(...rest.slice(0, fits))
      rest = rest.slice(fits)
      chunks.push([])
    }
    last().push(...rest)
  }
  return chunks
}

/** The runs of tokens between embeddings, and each embedding. */
function piecesOf({ text, weight }: Segment, tokenise: Tokenise): PromptPlace[][] {
  const pieces: PromptPlace[][] = [[]]
  for (const token of tokenise.tokens(text)) {
    if (typeof token === 'number') pieces.at(-1)?.push(...placesOf(token, weight))
    else pieces.push(placesOf(token, weight), [])
  }
  return pieces.filter(piece => piece.length > 0)
}
