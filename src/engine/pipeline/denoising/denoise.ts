/** The denoising loop of every pipeline: churn, scale, predict, guide, step, over a span of a sampler's schedule. */
import { sdxlLatentChannels } from '../../networks/configs/vae-config.ts'
import type { UNet } from '../../networks/networks.ts'
import type { Span } from '../../sampling/noise/span.ts'
import type { Sampler } from '../../sampling/sampler.ts'
import type { ConditioningAt, ConditioningRows } from '../conditioning/conditioning.ts'
import { type ImagePrompt, imagePromptsFor } from '../conditioning/image-prompt.ts'
import { requireFinite } from '../finite.ts'
import { type Control, residualsAt } from './control.ts'
import { type Guidance, guide, isGuidedAt } from './guidance.ts'
import type { NoiseSource } from './noise-source.ts'

/** A batch of latents, [pictures, 4, height, width]. */
export interface LatentShape {
  readonly pictures: number
  readonly heightLatent: number
  readonly widthLatent: number
}

/** The number of latent values of one picture. */
export function valuesPerPicture({ heightLatent, widthLatent }: LatentShape): number {
  return sdxlLatentChannels * heightLatent * widthLatent
}

/** Callbacks of a run, and the signal that aborts it. */
export interface RunHooks {
  readonly signal: AbortSignal
  /** Called after model call `done` of `total`. `clean`: the predicted final latents. */
  onStep(done: number, total: number, clean: Float32Array): Promise<void>
}

/** The parts of one run, as `denoise` uses them. */
export interface DenoiseRun {
  readonly unet: UNet
  readonly sampler: Sampler
  readonly span: Span
  readonly shape: LatentShape
  readonly conditioningAt: ConditioningAt
  readonly guidance: Guidance
  readonly noise: NoiseSource
  readonly controls?: readonly Control[]
  readonly imagePrompts?: readonly ImagePrompt[]
  /** The additional input of an inpainting U-Net for each picture, [5, h, w]: the mask and the masked picture's latents. */
  readonly extraChannels?: Float32Array
  /** Changes the latents after model call i (inpainting's blend). */
  readonly afterStep?: (latents: Float32Array, i: number) => Float32Array
}

/**
 * Runs the model calls of the span from the given latents; returns the last ones, still scaled.
 * @throws AppError 'not-finite' when a step leads to NaN or infinity;
 * the signal's reason when it is aborted: cancelling takes effect between two model calls.
 */
export async function denoise(run: DenoiseRun, start: Float32Array, hooks: RunHooks): Promise<Float32Array> {
  const { sampler, span, shape, noise } = run
  const draw = () => noise.draw(valuesPerPicture(shape))
  let latents = start
  for (let i = span.first; i < span.end; i++) {
    hooks.signal.throwIfAborted()
    latents = sampler.churn?.(latents, i, draw) ?? latents
    const predicted = await predict(run, sampler.scaleInput(latents, i), i)
    const step = sampler.step(predicted, i, latents, draw)
    requireFinite(step.latents, 'latents')
    latents = run.afterStep?.(step.latents, i) ?? step.latents
    await hooks.onStep(i + 1 - span.first, span.end - span.first, step.predictedClean)
  }
  hooks.signal.throwIfAborted()
  return latents
}

/** Model call i: guided with twice the rows, or only with the positive rows. */
async function predict(run: DenoiseRun, scaled: Float32Array, i: number): Promise<Float32Array> {
  const { conditioningAt, guidance, sampler, shape } = run
  const conditioning = conditioningAt(Math.trunc(i / sampler.order) + 1)
  if (!conditioning.guided || !isGuidedAt(guidance, i, sampler.timesteps.length)) {
    return callUNet(run, scaled, conditioning.positive, i)
  }
  const both = await callUNet(run, twice(scaled), conditioning.guided, i)
  return guide(both, shape.pictures, guidance)
}

async function callUNet(
  { unet, sampler, span, shape, controls = [], imagePrompts = [], extraChannels }: DenoiseRun,
  latents: Float32Array,
  { rows, tokens, context, pooled, timeIds }: ConditioningRows,
  i: number,
): Promise<Float32Array> {
  const { pictures, heightLatent, widthLatent } = shape
  const timestep = sampler.timesteps[i] ?? 0
  const common = { batch: rows, heightLatent, widthLatent, timestep, context, tokens, pooled, timeIds }
  // A ControlNet takes only latents, also if the U-Net has additional inputs.
  const call = { call: i - span.first, calls: sampler.timesteps.length - span.first, pictures }
  const residuals = await residualsAt(controls, { ...common, sample: latents }, call)
  const sample = extraChannels ? withExtraChannels(latents, extraChannels, rows) : latents
  return unet.predict({
    ...common,
    sample,
    residuals,
    imagePrompts: imagePromptsFor(imagePrompts, rows, pictures),
  })
}

/** [rows, 4, h, w] with the same [5, h, w] after each row. */
function withExtraChannels(latents: Float32Array, extraChannels: Float32Array, rows: number): Float32Array {
  const perRow = latents.length / rows
  const whole = new Float32Array(latents.length + rows * extraChannels.length)
  for (let row = 0; row < rows; row++) {
    const at = row * (perRow + extraChannels.length)
    whole.set(latents.subarray(row * perRow, (row + 1) * perRow), at)
    whole.set(extraChannels, at + perRow)
  }
  return whole
}

function twice(values: Float32Array): Float32Array {
  const doubled = new Float32Array(2 * values.length)
  doubled.set(values)
  doubled.set(values, values.length)
  return doubled
}
