/** The conditioning of an order's prompts for each step, because prompts may change between steps. */
import type { PromptRule, ScheduledText } from '../../text/prompt-rule.ts'
import { promptRules } from '../../text/prompt-rules.ts'
import { rowLength } from '../../text/token-rows.ts'
import type { PaintOrder } from '../../work-order.ts'
import { type Guidance, isGuided } from '../denoising/guidance.ts'
import type { CachedModel } from '../open/model-cache.ts'
import {
  type Conditioning,
  type ConditioningAt,
  conditioningBySteps,
  layOutConditioning,
  sizeOf,
  timeIds,
} from './conditioning.ts'
import type { EmbeddingCache } from './embedding-cache.ts'
import type { EmbeddingVectors } from './embedding-vectors.ts'
import { type Embedding, embedPrompt, type PromptText, zeroEmbedding } from './prompt-embedding.ts'

type Prompt = PaintOrder['prompt']

/** The reference's default. */
const defaultAestheticScore = 6

/** The conditioning of one picture's U-Net calls. `aesthetic` is for the Refiner only. */
export async function conditioningOf(
  model: CachedModel,
  { embeddings: cache, vectors }: { embeddings: EmbeddingCache; vectors: EmbeddingVectors },
  prompt: Prompt,
  run: { heightPx: number; widthPx: number; steps: number; guidance: Guidance },
  aesthetic?: { positive: number; negative: number },
): Promise<ConditioningAt> {
  const syntax = prompt.syntax ?? 'easel'
  const rule = promptRules[syntax]
  const isRefiner = model.networks.unet.timeIdCount === 5
  const size = sizeOf(run.heightPx, run.widthPx)
  const idsOf = (score: number | undefined) =>
    timeIds(size, isRefiner ? (score ?? defaultAestheticScore) : undefined)
  const { textEncoder, textEncoder2 } = model.networks
  const widths = { first: textEncoder?.hiddenSize, second: textEncoder2.hiddenSize }
  const named = await vectors.of(prompt.embeddings ?? [], widths)
  const embed: Embed = (text, rows = 1) =>
    cache.get([model.hash, model.loras, syntax, text, rows, prompt.embeddings], () =>
      embedPrompt(model, text, rule, rows, named),
    )

  const conditionings = new Map<string, Conditioning>()
  const ranges: { lastStep: number; conditioning: Conditioning }[] = []
  for (const { lastStep, texts } of textsByStep(rule, prompt, run.steps)) {
    const key = JSON.stringify(texts)
    const conditioning =
      conditionings.get(key) ??
      (await conditioningOfTexts(model, texts, run.guidance, idsOf, embed, aesthetic))
    conditionings.set(key, conditioning)
    ranges.push({ lastStep, conditioning })
  }
  return conditioningBySteps(ranges)
}

type Embed = (text: PromptText, rows?: number) => Promise<Embedding>

/** The texts of one range of steps; `negative` is undefined if there is no negative prompt. */
interface StepTexts {
  readonly positive: PromptText
  readonly negative: PromptText | undefined
}

/** The texts of prompts that change between steps: a range ends where either prompt changes. */
function textsByStep(
  rule: PromptRule,
  prompt: Prompt,
  steps: number,
): { lastStep: number; texts: StepTexts }[] {
  const schedule = (text: string) => rule.schedule(rule.withoutNetworks(text).text, steps)
  const first = schedule(prompt.positive)
  // An empty second text stands for none, as in the reference.
  const second = prompt.positive2 ? schedule(prompt.positive2) : undefined
  const negative = prompt.negative === null ? undefined : schedule(prompt.negative)
  const ends = new Set([first, second, negative].flatMap(one => one?.map(({ lastStep }) => lastStep) ?? []))
  const at = (texts: readonly ScheduledText[], step: number) =>
    texts.find(({ lastStep }) => step <= lastStep)?.text ?? ''
  return [...ends]
    .sort((a, b) => a - b)
    .map(lastStep => ({
      lastStep,
      texts: {
        positive: {
          text: at(first, lastStep),
          text2: second && at(second, lastStep),
          clipSkip: prompt.clipSkip,
        },
        // Clip skip does not apply to the negative prompt, as in the reference.
        negative: negative && { text: at(negative, lastStep), clipSkip: 0 },
      },
    }))
}

async function conditioningOfTexts(
  model: CachedModel,
  texts: StepTexts,
  guidance: Guidance,
  idsOf: (score: number | undefined) => number[],
  embed: Embed,
  aesthetic: { positive: number; negative: number } | undefined,
): Promise<Conditioning> {
  const positive = await embed(texts.positive)
  if (!isGuided(guidance)) {
    return layOutConditioning([{ embedding: positive, timeIds: idsOf(aesthetic?.positive) }], undefined)
  }
  const [longPositive, longNegative] = await atEqualLength(model, texts, positive, embed)
  return layOutConditioning(
    [{ embedding: longPositive, timeIds: idsOf(aesthetic?.positive) }],
    [{ embedding: longNegative, timeIds: idsOf(aesthetic?.negative) }],
  )
}

/** Both embeddings with the same number of tokens, because both sides of the guidance form one batch. */
async function atEqualLength(
  model: CachedModel,
  texts: StepTexts,
  positive: Embedding,
  embed: Embed,
): Promise<[positive: Embedding, negative: Embedding]> {
  if (!texts.negative && model.zerosForNoNegative) return [positive, zeroEmbedding(positive)]
  const negativeText = texts.negative ?? { text: '', clipSkip: 0 }
  const negative = await embed(negativeText)
  const tokens = Math.max(positive.tokens, negative.tokens)
  const rows = tokens / rowLength
  return [
    positive.tokens === tokens ? positive : await embed(texts.positive, rows),
    negative.tokens === tokens ? negative : await embed(negativeText, rows),
  ]
}
