/** A work order becomes a picture: one picture at a time, so that each equals the one asked for alone with its seed. */
import { AppError } from '../../errors.ts'
import { decodeStoredPicture } from '../image/decode.ts'
import { floatsFromPicture, type Picture, pictureFromFloats } from '../image/picture.ts'
import { fitPicture } from '../image/resize.ts'
import type { Upscaler } from '../image/upscale.ts'
import { baseSpan, refinerSpan, type Span, strengthSpan, wholeSpan } from '../sampling/span.ts'
import type { ModelReference, PaintOrder, RefineOrder, UpscaleOrder } from '../work-order.ts'
import { type DenoiseRun, denoise, type LatentShape, type RunHooks } from './denoise.ts'
import type { EmbeddingCache } from './embedding-cache.ts'
import { reusingDeepFeatures } from './feature-reuse.ts'
import { imageToImage } from './image-to-image.ts'
import { drawKept, inpaint, latentMask, puttingBack } from './inpaint.ts'
import { decodeLatents, encodePixels } from './latents.ts'
import type { ShelvedModel } from './model-shelf.ts'
import { generatorPerPicture } from './noise-source.ts'
import { conditionsOf } from './prompt-conditioning.ts'
import { guidanceOf, type SamplerSetup, setUpSampler, stepsOf } from './run-setup.ts'
import { textToImage } from './text-to-image.ts'

/** What painting needs beside the order. */
export interface Studio {
  readonly embeddings: EmbeddingCache
  readonly upscaler: Upscaler
  model(reference: ModelReference): Promise<ShelvedModel>
  /** Bytes of the pictures that the order names, by id. */
  readonly sources: Readonly<Record<string, Uint8Array>>
  readonly signal: AbortSignal
  /** After each step; `clean` are one picture's predicted latents. */
  onStep(model: ShelvedModel, clean: Float32Array, shape: LatentShape): Promise<void>
  /** Runs a phase and books its time under that name. */
  timed<Result>(phase: string, work: () => Promise<Result>): Promise<Result>
}

/** Steps that a picture of this order needs, for progress. */
export function countSteps(order: PaintOrder | RefineOrder): number {
  if (order.kind === 'refine') return stepsAt(order.source.strength, stepsOf(order.sampling))
  const { refinement } = order
  return baseSteps(order) + (refinement?.way === 'after' ? stepsAt(refinement.strength, refinement.steps) : 0)
}

/** Of the Base, or of both experts of an ensemble. */
function baseSteps({ source, sampling }: PaintOrder): number {
  const steps = stepsOf(sampling)
  return source ? stepsAt(source.strength, steps) : steps
}

function stepsAt(strength: number, steps: number): number {
  return Math.min(Math.trunc(steps * strength), steps)
}

/** Picture `index` of a paint order, before it is encoded. */
export async function paintPicture(order: PaintOrder, index: number, studio: Studio): Promise<Picture> {
  const seed = order.seed + index
  const base = await studio.model(order.model)
  const setup = setUpSampler(order.sampling, base.schedule)
  const span = wholeOrRest(order, setup)
  const steps = baseSteps(order)
  const { refinement } = order
  if (refinement?.way !== 'ensemble') {
    const latents = await runBase(order, seed, base, setup, { span, steps }, studio)
    const picture = await decode(base, latents, order, studio)
    return refinement ? await refineAfter(order, refinement, seed, picture, studio) : picture
  }
  const end = Math.max(baseSpan(setup.sampler, setup.config, refinement.split).end, span.first)
  const own = Math.round((steps * (end - span.first)) / (span.end - span.first))
  const part = { span: { first: span.first, end }, steps: own }
  const latents = await runBase(order, seed, base, setup, part, studio)
  const rest = { first: span.first, steps: steps - own }
  return goOnWithRefiner(order, refinement, seed, latents, rest, studio)
}

function wholeOrRest({ source }: PaintOrder, { sampler, steps }: SamplerSetup): Span {
  return source ? strengthSpan(sampler, steps, source.strength) : wholeSpan(sampler)
}

/** The Base's part: from noise, from a picture, or from a picture under a mask. */
async function runBase(
  order: PaintOrder,
  seed: number,
  model: ShelvedModel,
  setup: SamplerSetup,
  { span, steps }: { span: Span; steps: number },
  studio: Studio,
): Promise<Float32Array> {
  const { networks } = model
  const guidance = guidanceOf(order.sampling)
  const conditioningAt = await studio.timed('text', () =>
    conditionsOf(model, studio.embeddings, order.prompt, { ...order, ...setup, guidance }),
  )
  const shape = shapeOf(order, networks.vae.factor)
  const noise = generatorPerPicture([seed])
  const unet = order.fast ? reusingDeepFeatures(networks.unet) : networks.unet
  const run: DenoiseRun = { unet, ...setup, span, shape, conditioningAt, guidance, noise }
  const hooks = hooksOf(model, shape, steps, studio)
  const { source } = order
  if (!source) return studio.timed('steps', () => textToImage(run, hooks))
  const posterior = await posteriorOf(source.pictureId, order, model, studio)
  if (source.maskId === undefined) {
    return studio.timed('steps', () => imageToImage(run, networks.vae, posterior, hooks))
  }
  const mask = await maskOf(source.maskId, order, shape, studio)
  return studio.timed('steps', () => inpaint(run, networks.vae, posterior, mask, source.strength, hooks))
}

type Ensemble = Extract<NonNullable<PaintOrder['refinement']>, { way: 'ensemble' }>
type After = Extract<NonNullable<PaintOrder['refinement']>, { way: 'after' }>

/**
 * Ensemble of experts: the Refiner takes the latents over where the Base stopped, without new noise. `first` is where the
 * Base began: a weak strength may begin within the Refiner's part.
 */
async function goOnWithRefiner(
  order: PaintOrder,
  refinement: Ensemble,
  seed: number,
  latents: Float32Array,
  { first, steps }: { first: number; steps: number },
  studio: Studio,
): Promise<Picture> {
  const refiner = await studio.model(refinement.model)
  const setup = setUpSampler(order.sampling, refiner.schedule)
  const own = refinerSpan(setup.sampler, setup.config, refinement.split)
  const span = { ...own, first: Math.max(own.first, first) }
  const guidance = guidanceOf(order.sampling, refinement.guidance)
  const conditioningAt = await studio.timed('text', () =>
    conditionsOf(
      refiner,
      studio.embeddings,
      order.prompt,
      { ...order, ...setup, guidance },
      refinement.aesthetic,
    ),
  )
  const shape = shapeOf(order, refiner.networks.vae.factor)
  const noise = generatorPerPicture([seed])
  const afterStep = await keptAround(order, seed, refiner, setup, shape, studio)
  const run = {
    unet: refiner.networks.unet,
    ...setup,
    span,
    shape,
    conditioningAt,
    guidance,
    noise,
    afterStep,
  }
  const hooks = hooksOf(refiner, shape, steps, studio)
  const refined = await studio.timed('steps', () => denoise(run, latents, hooks))
  return decode(refiner, refined, order, studio)
}

/** What the Base's mask keeps, the Refiner must keep too: the same draws from the same seed. */
async function keptAround(
  order: PaintOrder,
  seed: number,
  model: ShelvedModel,
  { sampler }: SamplerSetup,
  shape: LatentShape,
  studio: Studio,
): Promise<DenoiseRun['afterStep']> {
  const { source } = order
  if (source?.maskId === undefined) return undefined
  const posterior = await posteriorOf(source.pictureId, order, model, studio)
  const mask = await maskOf(source.maskId, order, shape, studio)
  const noise = generatorPerPicture([seed])
  return puttingBack(sampler, drawKept({ noise, shape }, model.networks.vae, posterior, mask))
}

/** The Refiner's image to image on a picture that is finished: the same as the Refine button would make. */
function refineAfter(
  order: PaintOrder,
  refinement: After,
  seed: number,
  picture: Picture,
  studio: Studio,
): Promise<Picture> {
  const { model, steps, guidance, strength, aesthetic } = refinement
  const { prompt, widthPx, heightPx, sampling, source } = order
  // Few-step timesteps are the Base's; the Refiner keeps its own schedule.
  const own = { ...sampling, steps, guidance, timesteps: undefined }
  return refine(
    { model, prompt, widthPx, heightPx, sampling: own, aesthetic, strength, seed, maskId: source?.maskId },
    picture,
    studio,
  )
}

/** A refine order's picture, before it is encoded. */
export async function refinePicture(order: RefineOrder, studio: Studio): Promise<Picture> {
  const picture = await sourcePicture(order.source.pictureId, order, studio)
  const { strength, maskId } = order.source
  return refine({ ...order, strength, maskId }, picture, studio)
}

/** `maskId`: what it keeps stays as it is. */
type Refining = Omit<RefineOrder, 'kind' | 'source'> & { strength: number; maskId: string | undefined }

async function refine(wish: Refining, picture: Picture, studio: Studio): Promise<Picture> {
  const refiner = await studio.model(wish.model)
  const { networks } = refiner
  const setup = setUpSampler(wish.sampling, refiner.schedule)
  const guidance = guidanceOf(wish.sampling)
  const conditioningAt = await studio.timed('text', () =>
    conditionsOf(refiner, studio.embeddings, wish.prompt, { ...wish, ...setup, guidance }, wish.aesthetic),
  )
  const shape = shapeOf(wish, networks.vae.factor)
  const span = strengthSpan(setup.sampler, setup.steps, wish.strength)
  const noise = generatorPerPicture([wish.seed])
  const posterior = await studio.timed('encode', () =>
    encodePixels(networks.vae, floatsFromPicture(picture), wish.heightPx, wish.widthPx),
  )
  const run = { unet: networks.unet, ...setup, span, shape, conditioningAt, guidance, noise }
  const hooks = hooksOf(refiner, shape, stepsAt(wish.strength, setup.steps), studio)
  const mask = wish.maskId === undefined ? undefined : await maskOf(wish.maskId, wish, shape, studio)
  const latents = await studio.timed('steps', () =>
    mask
      ? inpaint(run, networks.vae, posterior, mask, wish.strength, hooks)
      : imageToImage(run, networks.vae, posterior, hooks),
  )
  return decode(refiner, latents, wish, studio)
}

/** An upscale order's picture, before it is encoded. */
export async function upscalePicture(order: UpscaleOrder, studio: Studio): Promise<Picture> {
  const picture = await decodeStored(order.source.pictureId, studio)
  return studio.timed('upscale', () => studio.upscaler.upscale(picture, order.factor))
}

interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

function shapeOf({ widthPx, heightPx }: Size, factor: number): LatentShape {
  return { pictures: 1, heightLatent: heightPx / factor, widthLatent: widthPx / factor }
}

/** Tells steps, not calls: some samplers call the U-Net twice a step. */
function hooksOf(model: ShelvedModel, shape: LatentShape, steps: number, studio: Studio): RunHooks {
  return {
    signal: studio.signal,
    onStep: async (done, total, clean) => {
      const stepAfter = (calls: number) => Math.round((calls * steps) / total)
      if (stepAfter(done) > stepAfter(done - 1)) await studio.onStep(model, clean, shape)
    },
  }
}

async function decode(
  model: ShelvedModel,
  latents: Float32Array,
  size: Size,
  studio: Studio,
): Promise<Picture> {
  const { vae } = model.networks
  const pixels = await studio.timed('decode', () => decodeLatents(vae, latents, shapeOf(size, vae.factor)))
  return pictureFromFloats(pixels, size.widthPx, size.heightPx)
}

async function posteriorOf(id: string, size: Size, model: ShelvedModel, studio: Studio) {
  const picture = await sourcePicture(id, size, studio)
  return studio.timed('encode', () =>
    encodePixels(model.networks.vae, floatsFromPicture(picture), size.heightPx, size.widthPx),
  )
}

async function maskOf(id: string, size: Size, shape: LatentShape, studio: Studio): Promise<Float32Array> {
  return latentMask(lumaOf(await sourcePicture(id, size, studio)), size.widthPx, shape)
}

/** A source at the size of the result: cut to its shape from the middle, resampled. */
async function sourcePicture(id: string, size: Size, studio: Studio): Promise<Picture> {
  const picture = await decodeStored(id, studio)
  return fitPicture(picture, size.widthPx, size.heightPx)
}

async function decodeStored(id: string, studio: Studio): Promise<Picture> {
  const bytes = studio.sources[id]
  if (!bytes)
    throw new AppError('internal', { problem: `the bytes of source ${id} are not beside its order` })
  return decodeStoredPicture(bytes)
}

/** ITU-R BT.601 in 0..1, [H, W]: how a mask's colours are read. */
function lumaOf({ data, widthPx, heightPx }: Picture): Float32Array {
  return Float32Array.from({ length: widthPx * heightPx }, (_, i) => {
    const [r = 0, g = 0, b = 0] = data.subarray(i * 3, i * 3 + 3)
    return (0.299 * r + 0.587 * g + 0.114 * b) / 255
  })
}
