/** Runs one of the reference's pipelines as the engine has it: text to image, image to image, inpainting, the Refiner. */
import { floatsFromPicture, pictureFromFloats } from '../../../src/engine/image/picture.ts'
import { always } from '../../../src/engine/pipeline/conditioning/conditioning.ts'
import type { ImagePrompt } from '../../../src/engine/pipeline/conditioning/image-prompt.ts'
import type { Control } from '../../../src/engine/pipeline/denoising/control.ts'
import { type DenoiseRun, denoise, type LatentShape } from '../../../src/engine/pipeline/denoising/denoise.ts'
import { type Guidance, isGuided } from '../../../src/engine/pipeline/denoising/guidance.ts'
import { imageToImage } from '../../../src/engine/pipeline/image-to-image.ts'
import { inpaint, latentMask, restoringKept } from '../../../src/engine/pipeline/inpaint.ts'
import {
  inpaintByChannels,
  inpaintingChannels,
  maskedPixels,
} from '../../../src/engine/pipeline/inpaint-by-channels.ts'
import { decodeLatents, encodePixels } from '../../../src/engine/pipeline/latents/latents.ts'
import type { OpenModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { textToImage } from '../../../src/engine/pipeline/text-to-image.ts'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import type { ModelSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { levelsOfSigmas } from '../../../src/engine/sampling/noise/noise-levels.ts'
import {
  baseSpan,
  refinerSpan,
  type Span,
  strengthSpan,
  wholeSpan,
} from '../../../src/engine/sampling/noise/span.ts'
import type { Sampler } from '../../../src/engine/sampling/sampler.ts'
import { NotYet } from '../not-yet.ts'
import { joined } from '../sampling/schedulers.ts'
import { conditioningOf, type PromptReading, type SizePx } from './e2e-conditioning.ts'
import { type Arguments, type E2eCase, pipelineDefaults } from './e2e-request.ts'
import type { Source } from './e2e-source.ts'
import { countedNoise } from './noise.ts'

/** A pipeline with everything that it needs in hand. */
export interface PipelineRun {
  readonly pipeline: E2eCase['pipeline']
  readonly args: Arguments
  /** One number: one generator for the batch; a list: one per picture. */
  readonly seed: E2eCase['seed']
  readonly model: OpenModel
  readonly schedule: ModelSchedule
  readonly sizePx: SizePx
  readonly source: Source | undefined
  readonly controls?: readonly Control[]
  readonly imagePrompts?: readonly ImagePrompt[]
  /** How the prompts are read, where it is not as the reference reads them. */
  readonly reading?: PromptReading
}

export interface Outcome {
  readonly timesteps: readonly number[]
  readonly drawn: number
  readonly latents: Float32Array
  /** Latents after each model call, joined. */
  readonly afterStep: Float32Array
  /** [pictures, H, W, 3] */
  bytes(): Promise<Uint8Array>
}

export async function runPipeline(wanted: PipelineRun): Promise<Outcome> {
  const { pipeline, args, model, schedule, sizePx, source } = wanted
  const { unet, vae } = model.networks
  const shape: LatentShape = {
    pictures: [args.prompt].flat().length * args.num_images_per_prompt,
    heightLatent: sizePx.heightPx / vae.factor,
    widthLatent: sizePx.widthPx / vae.factor,
  }
  const defaults = pipelineDefaults(pipeline)
  const guidance: Guidance = {
    scale: args.guidance_scale ?? defaults.guidance,
    rescale: args.guidance_rescale,
    interval: [0, 1],
  }
  const steps = args.timesteps?.length ?? args.num_inference_steps
  const watch = watched(
    args.sigmas
      ? samplerOver(args.sigmas, schedule)
      : createSampler(schedule.sampler.kind, schedule.config, steps),
  )
  const noise = countedNoise(pipeline, wanted.seed, shape.pictures)
  const strength = args.strength ?? defaults.strength
  const run: DenoiseRun = {
    unet,
    sampler: watch.sampler,
    span: spanOf(pipeline, args, steps, watch.sampler, schedule, strength),
    shape,
    conditioningAt: always(
      await conditioningOf(model, pipeline, args, sizePx, isGuided(guidance), wanted.reading),
    ),
    guidance,
    noise: noise.source,
    controls: wanted.controls ?? [],
    imagePrompts: wanted.imagePrompts ?? [],
  }
  const latents = await paint(run, model, source, strength)
  return {
    timesteps: run.sampler.timesteps.slice(run.span.first, run.span.end),
    drawn: noise.drawn(),
    latents,
    // What enters a model call is what came out of the one before.
    afterStep: joined([...watch.entered().slice(1), latents]),
    bytes: async () => {
      const decoded = await decodeLatents(vae, latents, shape)
      const { widthPx, heightPx } = sizePx
      const bytes = new Uint8Array(decoded.length)
      for (let i = 0; i < shape.pictures; i++) {
        bytes.set(pictureFromFloats(decoded, widthPx, heightPx, i).data, i * 3 * widthPx * heightPx)
      }
      return bytes
    },
  }
}

async function paint(
  run: DenoiseRun,
  model: OpenModel,
  source: Source | undefined,
  strength: number,
): Promise<Float32Array> {
  const { vae } = model.networks
  switch (source?.kind) {
    case undefined:
      return textToImage(run, hooks)
    case 'latents': {
      const { latents, mask, widthPx } = source
      if (!mask) return denoise(run, latents, hooks)
      const noise = run.noise.draw(latents.length / run.shape.pictures)
      const kept = { clean: latents, noise, mask: latentMask(mask, widthPx, run.shape) }
      return denoise({ ...run, afterStep: restoringKept(run.sampler, run.span, kept) }, latents, hooks)
    }
    case 'picture': {
      const { picture, mask } = source
      const pixels = floatsFromPicture(picture)
      const encode = (pixels: Float32Array) => encodePixels(vae, pixels, picture.heightPx, picture.widthPx)
      const posterior = await encode(pixels)
      if (!mask) return imageToImage(run, vae, posterior, hooks)
      const inLatents = latentMask(mask, picture.widthPx, run.shape)
      if (run.unet.inChannels !== inpaintingChannels)
        return inpaint(run, vae, posterior, inLatents, strength, hooks)
      const masked = await encode(maskedPixels(pixels, mask))
      const maskedSource = { source: strength < 1 ? posterior : undefined, masked, mask: inLatents }
      return inpaintByChannels(run, vae, maskedSource, hooks)
    }
  }
}

const hooks = { signal: new AbortController().signal, onStep: () => Promise.resolve() }

/** A fraction of the schedule counts only between 0 and 1. */
function spanOf(
  pipeline: E2eCase['pipeline'],
  args: Arguments,
  steps: number,
  sampler: Sampler,
  { config }: ModelSchedule,
  strength: number,
): Span {
  const { denoising_start: from, denoising_end: to } = args
  const started = isWithin(from) ? refinerSpan(sampler, config, from) : undefined
  // Where timesteps are given, the reference takes a strength of the model calls: Heun has about two per timestep.
  const counted = args.timesteps || args.sigmas ? sampler.timesteps.length : steps
  const { first, end } =
    started ?? (pipeline === 'txt2img' ? wholeSpan(sampler) : strengthSpan(sampler, counted, strength))
  return { first, end: isWithin(to) ? Math.max(baseSpan(sampler, config, to).end, first) : end }
}

function isWithin(fraction: number | undefined): fraction is number {
  return fraction !== undefined && fraction > 0 && fraction < 1
}

/** Over the given sigmas, of which the last one ends the run: an argument of Euler's class alone. */
function samplerOver(sigmas: readonly number[], { sampler: { kind }, config }: ModelSchedule): Sampler {
  if (!('rule' in kind) || config.edm) throw new NotYet(`sigmas for ${kind.label}`)
  const levels = levelsOfSigmas(config, sigmas)
  const most = levels.initNoiseSigma
  // Euler's class looks at the spacing here, although the sigmas do not come from it.
  const initNoiseSigma = config.spacing === 'leading' ? Math.sqrt(most ** 2 + 1) : most
  return kind.rule({ ...levels, initNoiseSigma }, config.rule ?? {})
}

/** A sampler that remembers what entered each model call. */
function watched(sampler: Sampler): { sampler: Sampler; entered(): Float32Array[] } {
  const entered: Float32Array[] = []
  const scaleInput: Sampler['scaleInput'] = (latents, i) => {
    entered.push(latents)
    return sampler.scaleInput(latents, i)
  }
  return { sampler: { ...sampler, scaleInput }, entered: () => entered }
}
