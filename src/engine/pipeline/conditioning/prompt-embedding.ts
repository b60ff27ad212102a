/** The embedding of a prompt for the U-Net: concatenated hidden states of the text encoders, and the pooled text. */
import { AppError } from '../../../errors/errors.ts'
import type { TextEncoder } from '../../networks/networks.ts'
import type { Chunk, PromptRule } from '../../text/prompt-rule.ts'
import { layOutRows, rowLength } from '../../text/token-rows.ts'
import { tokeniseFor } from '../../text/tokenise.ts'
import type { Tokenizer } from '../../text/tokenizer/tokenizer.ts'
import { requireFinite } from '../finite.ts'
import type { OpenModel } from '../open/open-model.ts'
import { noEmbeddings, type PromptEmbeddings } from './embedding-vectors.ts'

/** One prompt, encoded. */
export interface Embedding {
  /** [tokens, width of the first encoder + width of the second]; tokens is a multiple of 77. */
  readonly context: Float32Array
  readonly tokens: number
  /** [projectionSize of the second encoder] */
  readonly pooled: Float32Array
}

/** A prompt for the text encoders. */
export interface PromptText {
  readonly text: string
  /** The text for the second encoder; absent: the same text. */
  readonly text2?: string
  /** The number of layers skipped before the penultimate one. */
  readonly clipSkip: number
}

/** SDXL uses the hidden states before the last layer, without the final norm. */
const penultimate = 2

/** Encodes one prompt by a prompt rule in at least `minRows` rows of 77, so that two prompts can have equal length. */
export async function embedPrompt(
  model: OpenModel,
  prompt: PromptText,
  rule: PromptRule,
  minRows = 1,
  embeddings: PromptEmbeddings = noEmbeddings,
): Promise<Embedding> {
  const { tokenizer, tokenizer2, networks } = model
  const { first: of1, second: of2 } = embeddings
  // A Refiner has the second encoder alone and reads the first text, as in the reference.
  const text2 = networks.textEncoder ? (prompt.text2 ?? prompt.text) : prompt.text
  const chunks2 = rule.chunks(text2, tokeniseFor(tokenizer2, rule, of2))
  const chunks1 = tokenizer && rule.chunks(prompt.text, tokeniseFor(tokenizer, rule, of1))
  const rows = Math.max(chunks2.length, chunks1?.length ?? 0, minRows)
  const layer = penultimate + prompt.clipSkip

  const second = await encodeRows(networks.textEncoder2, tokenizer2, chunks2, rows, rule, layer)
  if (!second.pooled)
    throw new AppError('internal', { problem: 'the second text encoder gives no pooled text' })
  // The pooled text is that of the first row; weights do not affect it.
  const pooled = second.pooled.slice(0, networks.textEncoder2.projectionSize)
  const tokens = rows * rowLength
  if (!networks.textEncoder || !tokenizer || !chunks1) return { context: second.hidden, tokens, pooled }

  const first = await encodeRows(networks.textEncoder, tokenizer, chunks1, rows, rule, layer)
  return { context: sideBySide(first.hidden, second.hidden, tokens), tokens, pooled }
}

/** The Base's embedding without a negative prompt: zeros. */
export function zeroEmbedding(like: Embedding): Embedding {
  return {
    context: new Float32Array(like.context.length),
    tokens: like.tokens,
    pooled: new Float32Array(like.pooled.length),
  }
}

async function encodeRows(
  encoder: TextEncoder,
  tokenizer: Tokenizer,
  chunks: readonly Chunk[],
  minRows: number,
  rule: PromptRule,
  layerFromEnd: number,
) {
  const { ids, weights, vectors } = layOutRows(tokenizer, chunks, minRows)
  const encoded = await encoder.encode(ids, layerFromEnd, vectors)
  requireFinite(encoded.hidden, 'prompt')
  const hidden = await rule.weigh({
    hidden: encoded.hidden,
    weights,
    width: encoder.hiddenSize,
    empty: async () => (await encoder.encode(layOutRows(tokenizer, [[]]).ids, layerFromEnd)).hidden,
  })
  return { ...encoded, hidden }
}

/** [tokens, a] and [tokens, b] -> [tokens, a + b] */
function sideBySide(first: Float32Array, second: Float32Array, tokens: number): Float32Array {
  const [a, b] = [first.length / tokens, second.length / tokens]
  const joined = new Float32Array(first.length + second.length)
  for (let token = 0; token < tokens; token++) {
    joined.set(first.subarray(token * a, (token + 1) * a), token * (a + b))
    joined.set(second.subarray(token * b, (token + 1) * b), token * (a + b) + a)
  }
  return joined
}
