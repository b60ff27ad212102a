/** The Refiner's part of an order: continues with the Base's latents, or image to image on a finished picture. */
import type { Mask } from '../../image/mask.ts'
import { floatsFromPicture, type Picture } from '../../image/picture.ts'
import { refinerSpan, strengthSpan } from '../../sampling/noise/span.ts'
import { stepsAt, stepsOf } from '../../step-counts.ts'
import type { PaintOrder, Refinement, RefineOrder } from '../../work-order.ts'
import { type DenoiseRun, denoise } from '../denoising/denoise.ts'
import { generatorPerPicture } from '../denoising/noise-source.ts'
import { imageToImage } from '../image-to-image.ts'
import { drawKeptRegion, inpaint, latentMask, restoringKept } from '../inpaint.ts'
import type { CachedModel } from '../open/model-cache.ts'
import { setUpSampler } from '../run-setup.ts'
import type { Canvas } from './canvas.ts'
import { decode, encode, hooksOf, type PaintContext } from './paint-context.ts'
import { type RunSettings, setUpRun } from './set-up-run.ts'

/** The Refiner's settings within the schedule. */
export type Ensemble = Extract<Refinement, { way: 'ensemble' }>
type After = Extract<Refinement, { way: 'after' }>

/** The state at which the Base stopped. */
export interface Handover {
  readonly seed: number
  readonly canvas: Canvas
  readonly latents: Float32Array
  /** The Base's first call. At a low strength it may lie within the Refiner's part. */
  readonly first: number
  /** The number of remaining steps. */
  readonly steps: number
}

/** Ensemble of experts: the Refiner continues with the Base's latents, without new noise. */
export async function continueWithRefiner(
  order: PaintOrder,
  refinement: Ensemble,
  { seed, canvas, latents, first, steps }: Handover,
  context: PaintContext,
): Promise<Picture> {
  const refiner = await context.model(refinement.model)
  const { prompt, sampling } = order
  const { guidance, aesthetic } = refinement
  const setup = setUpSampler(sampling, refiner.schedule)
  const own = refinerSpan(setup.sampler, setup.config, refinement.split)
  const span = { ...own, first: Math.max(own.first, first) }
  const settings = { prompt, sampling: { ...sampling, guidance }, seed, aesthetic }
  const common = await setUpRun(refiner, setup, settings, canvas, context)
  const afterStep = await restoringOutsideMask(canvas, seed, refiner, { ...common, span }, context)
  const run = { ...common, span, afterStep }
  const hooks = hooksOf(refiner, run.shape, steps, context)
  // The Base left the kept region without noise.
  const start = afterStep?.(latents, span.first - 1) ?? latents
  const refined = await context.timed('steps', () => denoise(run, start, hooks))
  return decode(refiner, refined, canvas, context)
}

/** Restores the region that the Base keeps, with the same draws from the same seed; undefined if everything is painted. */
async function restoringOutsideMask(
  { source, mask, widthPx, heightPx }: Canvas,
  seed: number,
  model: CachedModel,
  { sampler, span, shape }: Pick<DenoiseRun, 'sampler' | 'span' | 'shape'>,
  context: PaintContext,
): Promise<DenoiseRun['afterStep']> {
  if (!source || !mask) return undefined
  const posterior = await encode(model, floatsFromPicture(source), { widthPx, heightPx }, context)
  const inLatents = latentMask(mask.painted, widthPx, shape)
  const noise = generatorPerPicture([seed])
  const kept = drawKeptRegion({ noise, shape }, model.networks.vae, posterior, inLatents)
  return restoringKept(sampler, span, kept)
}

/** The Refiner's image to image on the Base's picture. The Refine button gives the same result. */
export function refineAfter(
  order: PaintOrder,
  { model, steps, guidance, strength, aesthetic }: After,
  seed: number,
  picture: Picture,
  mask: Mask | undefined,
  context: PaintContext,
): Promise<Picture> {
  // Few-step timesteps apply only to the Base; the Refiner keeps its own schedule.
  const sampling = { ...order.sampling, steps, guidance, timesteps: undefined }
  return refine({ model, prompt: order.prompt, sampling, aesthetic, strength, seed }, picture, mask, context)
}

type Refining = RunSettings & Pick<RefineOrder, 'model'> & { strength: number }

/** Runs the Refiner's image to image. `mask`: the region outside it is kept. */
export async function refine(
  order: Refining,
  picture: Picture,
  mask: Mask | undefined,
  context: PaintContext,
): Promise<Picture> {
  const refiner = await context.model(order.model)
  const { vae } = refiner.networks
  const setup = setUpSampler(order.sampling, refiner.schedule)
  const span = strengthSpan(setup.sampler, setup.steps, order.strength)
  const run = { ...(await setUpRun(refiner, setup, order, picture, context)), span }
  const posterior = await encode(refiner, floatsFromPicture(picture), picture, context)
  const hooks = hooksOf(refiner, run.shape, stepsAt(order.strength, stepsOf(order.sampling)), context)
  const inLatents = mask && latentMask(mask.painted, picture.widthPx, run.shape)
  const latents = await context.timed('steps', () =>
    inLatents
      ? inpaint(run, vae, posterior, inLatents, order.strength, hooks)
      : imageToImage(run, vae, posterior, hooks),
  )
  return decode(refiner, latents, picture, context)
}
