/** From a work order's numbers to the parts of a run: sampler with its schedule, guidance, what the U-Net is told. */
import { AppError } from '../../errors.ts'
import { createSampler } from '../sampling/create-sampler.ts'
import type { Sampler, SchedulerConfig } from '../sampling/sampler.ts'
import { findSampler } from '../sampling/sampler-names.ts'
import { configFor, type ModelSchedule } from '../sampling/scheduler-config.ts'
import type { PaintOrder } from '../work-order.ts'
import { type Conditioning, layOutConditioning, sizeOf, timeIds } from './conditioning.ts'
import type { EmbeddingCache } from './embedding-cache.ts'
import { type Guidance, isGuided } from './guidance.ts'
import type { ShelvedModel } from './model-shelf.ts'
import {
  type Embedding,
  embedPrompt,
  type PromptText,
  peoplesReading,
  zeroEmbedding,
} from './prompt-embedding.ts'

type Sampling = PaintOrder['sampling']
type Prompt = PaintOrder['prompt']

/** A sampler with the schedule that it was made from; spans of an ensemble need both. */
export interface SamplerSetup {
  readonly sampler: Sampler
  readonly config: SchedulerConfig
  readonly steps: number
}

/** `model` in an order keeps what the model's own scheduler_config.json says, where the sampler can do it. */
export function setUpSampler(sampling: Sampling, schedule: ModelSchedule): SamplerSetup {
  const found = findSampler(sampling.sampler)
  if (found.kind === 'unknown') {
    throw new AppError('internal', { problem: `a work order names an unknown sampler, ${sampling.sampler}` })
  }
  const { kind } = found.choice
  const own = configFor(schedule, kind, sampling.schedule !== undefined)
  const wanted = sampling.sigmas === 'model' ? own.sigmas : sampling.sigmas
  const { noise } = sampling
  const config: SchedulerConfig = {
    ...own,
    sigmas: wanted === 'plain' || kind.sigmas.includes(wanted) ? wanted : 'plain',
    spacing: sampling.spacing === 'model' ? own.spacing : sampling.spacing,
    schedule: sampling.schedule,
    eta: sampling.eta ?? own.eta,
    rule: { ...own.rule, ...(noise && { eta: noise.eta, noiseFactor: noise.factor, churn: noise.churn }) },
    timesteps: sampling.timesteps,
  }
  const asked = stepsOf(sampling)
  const sampler = createSampler(kind, config, asked)
  // A schedule that visits training sigmas may find more or fewer than were asked for.
  const isCounted = sampling.schedule !== undefined
  const steps = isCounted ? Math.ceil(sampler.timesteps.length / sampler.order) : asked
  return { sampler, config, steps }
}

/** Fixed timesteps are a step each. */
export function stepsOf({ steps, timesteps }: Pick<Sampling, 'steps' | 'timesteps'>): number {
  return timesteps?.length ?? steps
}

export function guidanceOf(sampling: Sampling, scale = sampling.guidance): Guidance {
  return { scale, rescale: sampling.guidanceRescale, interval: sampling.guidanceInterval }
}

/** What one picture's U-Net calls are told. `aesthetic` is the Refiner's, and only the Refiner's. */
export async function conditionsOf(
  model: ShelvedModel,
  cache: EmbeddingCache,
  prompt: Prompt,
  size: { heightPx: number; widthPx: number },
  guidance: Guidance,
  aesthetic?: { positive: number; negative: number },
): Promise<Conditioning> {
  const isRefiner = model.networks.unet.timeIdCount === 5
  const size_ = sizeOf(size.heightPx, size.widthPx)
  const idsOf = (score: number | undefined) => timeIds(size_, isRefiner ? (score ?? 6) : undefined)
  const embed = (text: PromptText, rows?: number) =>
    cache.get([model.hash, text, rows ?? 1], () => embedPrompt(model, text, peoplesReading, rows))

  const text = { text: prompt.positive, text2: prompt.positive2, clipSkip: prompt.clipSkip }
  const positive = await embed(text)
  if (!isGuided(guidance)) {
    return layOutConditioning([{ embedding: positive, timeIds: idsOf(aesthetic?.positive) }], undefined)
  }
  const [one, other] = await equallyLong(model, prompt, positive, text, embed)
  return layOutConditioning(
    [{ embedding: one, timeIds: idsOf(aesthetic?.positive) }],
    [{ embedding: other, timeIds: idsOf(aesthetic?.negative) }],
  )
}

/** Both sides of the guidance go through the U-Net in one batch, so they need the same count of tokens. */
async function equallyLong(
  model: ShelvedModel,
  prompt: Prompt,
  positive: Embedding,
  text: PromptText,
  embed: (text: PromptText, rows?: number) => Promise<Embedding>,
): Promise<[positive: Embedding, negative: Embedding]> {
  if (prompt.negative === null && model.zerosForNoNegative) return [positive, zeroEmbedding(positive)]
  // The negative prompt takes no part in clip skip, as in the reference.
  const negativeText = { text: prompt.negative ?? '', clipSkip: 0 }
  const negative = await embed(negativeText)
  const tokens = Math.max(positive.tokens, negative.tokens)
  const rows = tokens / 77
  return [
    positive.tokens === tokens ? positive : await embed(text, rows),
    negative.tokens === tokens ? negative : await embed(negativeText, rows),
  ]
}
