/** Paints a work order. Each picture is painted separately, so it equals the picture of a single request with its seed. */
import { AppError } from '../../../errors/errors.ts'
import { decodeStoredPicture } from '../../image/decode.ts'
import type { Picture } from '../../image/picture.ts'
import { baseSpan, type Span, strengthSpan, wholeSpan } from '../../sampling/noise/span.ts'
import { baseSteps } from '../../step-counts.ts'
import type { PaintOrder, RefineOrder, UpscaleOrder } from '../../work-order.ts'
import { type SamplerSetup, setUpSampler } from '../run-setup.ts'
import { type BasePart, runBase } from './base.ts'
import { bytesOf, canvasOf, decode, type PaintContext } from './paint-context.ts'
import { continueWithRefiner, type Ensemble, refine, refineAfter } from './refiner.ts'

/** Runs the Base's part of picture `index`. The returned function runs the rest and returns the picture. */
export async function beginPicture(
  order: PaintOrder,
  index: number,
  context: PaintContext,
): Promise<() => Promise<Picture>> {
  const seed = order.seed + index
  const model = await context.model(order.model, order.loras)
  const canvas = await canvasOf(order, model.networks.vae.factor, context)
  const setup = setUpSampler(order.sampling, model.schedule)
  const part = { model, setup, seed, canvas, span: spanOf(order, setup), steps: baseSteps(order) }
  const { refinement } = order
  if (refinement?.way === 'ensemble') return beginEnsemble(order, refinement, part, context)
  const latents = await runBase(order, part, context)
  return async () => {
    const painted = await decode(model, latents, canvas, context)
    if (!refinement) return canvas.finish(painted)
    return canvas.finish(await refineAfter(order, refinement, seed, painted, canvas.mask, context))
  }
}

/** Runs the Base up to the split. The returned function runs the Refiner. */
async function beginEnsemble(
  order: PaintOrder,
  refinement: Ensemble,
  part: BasePart,
  context: PaintContext,
): Promise<() => Promise<Picture>> {
  const { setup, seed, canvas, span, steps } = part
  const end = Math.max(baseSpan(setup.sampler, setup.config, refinement.split).end, span.first)
  const stepsOfBase = Math.round((steps * (end - span.first)) / (span.end - span.first))
  const latents = await runBase(order, { ...part, span: { ...span, end }, steps: stepsOfBase }, context)
  const handover = { seed, canvas, latents, first: span.first, steps: steps - stepsOfBase }
  return async () => canvas.finish(await continueWithRefiner(order, refinement, handover, context))
}

/** The whole schedule; for a source the part of it that the strength leaves. */
function spanOf({ source }: PaintOrder, { sampler, steps }: SamplerSetup): Span {
  return source ? strengthSpan(sampler, steps, source.strength) : wholeSpan(sampler)
}

/** Paints a refine order. */
export async function refinePicture(order: RefineOrder, context: PaintContext): Promise<Picture> {
  const model = await context.model(order.model)
  const canvas = await canvasOf(order, model.networks.vae.factor, context)
  if (!canvas.source) throw new AppError('internal', { problem: 'there is nothing to refine' })
  const refining = { ...order, strength: order.source.strength }
  return canvas.finish(await refine(refining, canvas.source, canvas.mask, context))
}

/** Paints an upscale order. */
export async function upscalePicture(order: UpscaleOrder, context: PaintContext): Promise<Picture> {
  const picture = await decodeStoredPicture(bytesOf(order.source.pictureId, context))
  return context.timed('upscale', () => context.upscaler.upscale(picture, order.factor))
}
