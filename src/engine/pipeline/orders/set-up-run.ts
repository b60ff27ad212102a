/** The parts that the Base's and the Refiner's runs have in common: conditioning, guidance, shape and noise of one picture. */
import type { SizePx } from '../../image/picture.ts'
import type { PaintOrder, RefineOrder } from '../../work-order.ts'
import { conditioningOf } from '../conditioning/prompt-conditioning.ts'
import type { DenoiseRun } from '../denoising/denoise.ts'
import { generatorPerPicture } from '../denoising/noise-source.ts'
import type { CachedModel } from '../open/model-cache.ts'
import type { SamplerSetup } from '../run-setup.ts'
import { type PaintContext, shapeOf } from './paint-context.ts'

/** The values of an order on which a run depends. `aesthetic` is for the Refiner only. */
export type RunSettings = Pick<PaintOrder, 'prompt' | 'sampling' | 'seed'> &
  Partial<Pick<RefineOrder, 'aesthetic'>>

/** Encodes the prompts, and returns a run of one picture of that size without its span. */
export async function setUpRun(
  model: CachedModel,
  { sampler, steps }: SamplerSetup,
  { prompt, sampling, seed, aesthetic }: RunSettings,
  { widthPx, heightPx }: SizePx,
  context: PaintContext,
): Promise<Omit<DenoiseRun, 'span'>> {
  const { unet, vae } = model.networks
  const guidance = {
    scale: sampling.guidance,
    rescale: sampling.guidanceRescale,
    interval: sampling.guidanceInterval,
  }
  const conditioningAt = await context.timed('text', () =>
    conditioningOf(model, context, prompt, { widthPx, heightPx, steps, guidance }, aesthetic),
  )
  const shape = shapeOf({ widthPx, heightPx }, vae.factor)
  return { unet, sampler, shape, conditioningAt, guidance, noise: generatorPerPicture([seed]) }
}
