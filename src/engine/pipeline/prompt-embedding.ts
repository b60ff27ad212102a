/** A prompt as the U-Net gets it: hidden states of the text encoders side by side, and the pooled text. */
import { AppError } from '../../errors.ts'
import type { TextEncoder } from '../networks/networks.ts'
import { parsePromptWeights, plainPrompt, type Segment } from '../text/prompt-weights.ts'
import { type LongPrompts, layOutTokens, padRows, rowLength, type TokenRows } from '../text/token-rows.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { requireFinite } from './finite.ts'
import type { OpenModel } from './open-model.ts'

/** One prompt, encoded. */
export interface Embedding {
  /** [tokens, width of the first encoder + width of the second]; tokens is a multiple of 77. */
  readonly context: Float32Array
  readonly tokens: number
  /** [projectionSize of the second encoder] */
  readonly pooled: Float32Array
}

export interface PromptText {
  readonly text: string
  /** For the second encoder; the same text where absent. */
  readonly text2?: string
  /** Layers skipped from the penultimate one. */
  readonly clipSkip: number
}

export interface PromptReading {
  /** Whether brackets weigh (A1111's way) or are text (the reference's). */
  readonly weights: boolean
  readonly longPrompts: LongPrompts
}

/** How people's prompts are read; the reference itself knows neither weights nor long prompts. */
export const peoplesReading: PromptReading = { weights: true, longPrompts: 'chunks' }
export const referenceReading: PromptReading = { weights: false, longPrompts: 'truncate' }

/** SDXL takes the hidden states before the last layer, without the final norm. */
const penultimate = 2

/** Encodes one prompt in at least `minRows` rows of 77, so that two prompts can be made equally long. */
export async function embedPrompt(
  model: OpenModel,
  prompt: PromptText,
  reading: PromptReading,
  minRows = 1,
): Promise<Embedding> {
  const { tokenizer, tokenizer2, networks } = model
  const laidOut2 = layOut(tokenizer2, prompt.text2 ?? prompt.text, reading)
  const laidOut1 = tokenizer && layOut(tokenizer, prompt.text, reading)
  const rows = Math.max(laidOut2.rows, laidOut1?.rows ?? 0, minRows)
  const layer = penultimate + prompt.clipSkip

  const second = await encodeRows(
    networks.textEncoder2,
    tokenizer2,
    padRows(tokenizer2, laidOut2, rows),
    layer,
  )
  if (!second.pooled)
    throw new AppError('internal', { problem: 'the second text encoder gives no pooled text' })
  // Of several rows the first one's pooled text counts; weights do not reach it.
  const pooled = second.pooled.slice(0, networks.textEncoder2.projectionSize)
  const tokens = rows * rowLength
  if (!networks.textEncoder || !tokenizer || !laidOut1) return { context: second.hidden, tokens, pooled }

  const first = await encodeRows(networks.textEncoder, tokenizer, padRows(tokenizer, laidOut1, rows), layer)
  return { context: sideBySide(first.hidden, second.hidden, tokens), tokens, pooled }
}

/** The Base's answer to "no negative prompt": zeros all over. */
export function zeroEmbedding(like: Embedding): Embedding {
  return {
    context: new Float32Array(like.context.length),
    tokens: like.tokens,
    pooled: new Float32Array(like.pooled.length),
  }
}

function layOut(tokenizer: Tokenizer, text: string, reading: PromptReading): TokenRows {
  const segments: readonly Segment[] = reading.weights ? parsePromptWeights(text).segments : plainPrompt(text)
  return layOutTokens(tokenizer, segments, reading.longPrompts)
}

/** Weights as ComfyUI applies them: z' = (z - z0)·w + z0, where z0 is the empty prompt at the same position. */
async function encodeRows(encoder: TextEncoder, tokenizer: Tokenizer, rows: TokenRows, layerFromEnd: number) {
  const encoded = await encoder.encode(rows.ids, layerFromEnd)
  requireFinite(encoded.hidden, 'prompt')
  if (rows.weights.every(weight => weight === 1)) return encoded
  const empty = await encoder.encode(layOutTokens(tokenizer, []).ids, layerFromEnd)
  const width = encoder.hiddenSize
  const hidden = encoded.hidden.map((z, i) => {
    const token = Math.trunc(i / width)
    const weight = rows.weights[token] ?? 1
    const z0 = empty.hidden[(token % rowLength) * width + (i % width)] ?? 0
    return weight === 1 ? z : (z - z0) * weight + z0
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
