/**
 * Chunks as ComfyUI cuts them: every piece of the parse is tokenised by itself; one of 8 or more tokens is cut at 75, a
 * shorter one that does not fit goes to the next chunk whole. An embedding is a piece.
 */
import { type Chunk, chunkLength, type Place, placesOf, type Segment, type Tokenise } from '../prompt-rule.ts'

/** From this many tokens on, a piece may be cut. */
const largePiece = 8

export function cutPieces(segments: readonly Segment[], tokenise: Tokenise): Chunk[] {
  const chunks: Place[][] = [[]]
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

/** The tokens between embeddings, and each embedding. */
function piecesOf({ text, weight }: Segment, tokenise: Tokenise): Place[][] {
  const pieces: Place[][] = [[]]
  for (const token of tokenise.tokens(text)) {
    if (typeof token === 'number') pieces.at(-1)?.push(...placesOf(token, weight))
    else pieces.push(placesOf(token, weight), [])
  }
  return pieces.filter(piece => piece.length > 0)
}
