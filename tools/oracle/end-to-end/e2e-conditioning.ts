/** e2e/: what a case tells the U-Net, as the reference's pipelines put it together. */
import {
  type Conditioning,
  layOutConditioning,
  type PictureConditioning,
  type SizeConditioning,
  timeIds,
} from '../../../src/engine/pipeline/conditioning/conditioning.ts'
import {
  noEmbeddings,
  type PromptEmbeddings,
} from '../../../src/engine/pipeline/conditioning/embedding-vectors.ts'
import {
  type Embedding,
  embedPrompt,
  type PromptText,
  zeroEmbedding,
} from '../../../src/engine/pipeline/conditioning/prompt-embedding.ts'
import type { OpenModel } from '../../../src/engine/pipeline/open/open-model.ts'
import type { PromptRule } from '../../../src/engine/text/prompt-rule.ts'
import { referenceRule } from '../text/reference-rule.ts'
import type { Arguments, E2eCase } from './e2e-request.ts'

export interface SizePx {
  readonly heightPx: number
  readonly widthPx: number
}

/** How prompts are read, and what they name. */
export interface PromptReading {
  readonly rule: PromptRule
  readonly embeddings: PromptEmbeddings
}

export async function conditioningOf(
  model: OpenModel,
  pipeline: E2eCase['pipeline'],
  args: Arguments,
  sizePx: SizePx,
  guided: boolean,
  reading: PromptReading = { rule: referenceRule, embeddings: noEmbeddings },
): Promise<Conditioning> {
  const isText = pipeline === 'txt2img'
  const ids = timeIdsOf(model, args, sizePx, isText)
  const positive: PictureConditioning[] = []
  const negative: PictureConditioning[] = []
  for (const [i] of [args.prompt].flat().entries()) {
    const prompt = {
      text: pick(args.prompt, i) ?? '',
      text2: pickSecond(args.prompt_2, i),
      clipSkip: args.clip_skip ?? 0,
    }
    const embedding = await embed(model, prompt, reading)
    const none = await embedNegative(model, args, i, embedding, reading)
    for (let copy = 0; copy < args.num_images_per_prompt; copy++) {
      positive.push({ embedding, timeIds: ids.positive })
      negative.push({ embedding: none, timeIds: ids.negative })
    }
  }
  return layOutConditioning(positive, guided ? negative : undefined, isText)
}

/** Negative embeddings ignore clip skip. */
function embedNegative(
  model: OpenModel,
  args: Arguments,
  i: number,
  positive: Embedding,
  reading: PromptReading,
): Promise<Embedding> | Embedding {
  const text = pick(args.negative_prompt, i)
  if (text === undefined && model.zerosForNoNegative) return zeroEmbedding(positive)
  const prompt = { text: text ?? '', text2: pickSecond(args.negative_prompt_2, i) ?? text, clipSkip: 0 }
  return embed(model, prompt, reading)
}

function embed(
  model: OpenModel,
  prompt: PromptText,
  { rule, embeddings }: PromptReading,
): Promise<Embedding> {
  return embedPrompt(model, prompt, rule, 1, embeddings)
}

function pick(texts: string | string[] | null | undefined, i: number): string | undefined {
  return Array.isArray(texts) ? texts[i] : (texts ?? undefined)
}

/** An empty text alone stands for none, an empty text in a list for itself. */
function pickSecond(texts: string | string[] | null | undefined, i: number): string | undefined {
  return texts === '' ? undefined : pick(texts, i)
}

/** Which sizes each row names differs between the reference's pipelines: see the oracle's README, quirks. */
function timeIdsOf(
  model: OpenModel,
  args: Arguments,
  sizePx: SizePx,
  isText: boolean,
): { positive: number[]; negative: number[] } {
  const whole = [sizePx.heightPx, sizePx.widthPx] as const
  const size: SizeConditioning = {
    original: args.original_size ?? whole,
    crop: args.crops_coords_top_left,
    target: args.target_size ?? whole,
  }
  const { negative_original_size: original, negative_target_size: target } = args
  if (model.networks.unet.timeIdCount === 5) {
    const negative = {
      ...size,
      original: original ?? size.original,
      crop: args.negative_crops_coords_top_left,
    }
    return {
      positive: timeIds(size, args.aesthetic_score),
      negative: timeIds(negative, args.negative_aesthetic_score),
    }
  }
  if (isText) {
    const own = original && target && { original, crop: args.negative_crops_coords_top_left, target }
    return { positive: timeIds(size), negative: timeIds(own ?? size) }
  }
  const negative = { original: original ?? size.original, crop: size.crop, target: target ?? size.target }
  return { positive: timeIds(size), negative: timeIds(negative) }
}
