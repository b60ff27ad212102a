/**
 * The two ways in which samplers write noisy latents, and what follows from each.
 *
 *   exploding   x = x0 + σ·ε               Euler, Heun, LMS, DPM2 (Karras et al. 2022)
 *   preserving  x = α·x0 + σ·ε, α² + σ² = 1   DPM++, UniPC, DEIS and the DDIM family (Song et al. 2021)
 */
import { at, combine } from './arithmetic.ts'
import type { Sampler, SchedulerConfig } from './sampler.ts'

type Prediction = SchedulerConfig['prediction']

/** A noise level of the preserving space: x = alpha·x0 + sigma·ε. */
export interface Level {
  alpha: number
  sigma: number
}

/** The preserving level that an exploding σ stands for: α = 1/√(σ²+1), σ' = σ·α. */
export function levelOf(sigma: number): Level {
  const alpha = 1 / Math.sqrt(sigma ** 2 + 1)
  return { alpha, sigma: sigma * alpha }
}

/** The preserving level of a cumulated ᾱ. */
export function levelOfAlpha(alphaCumulated: number): Level {
  return { alpha: Math.sqrt(alphaCumulated), sigma: Math.sqrt(1 - alphaCumulated) }
}

/** λ = ln α - ln σ, half the log signal-to-noise ratio; +∞ where no noise is left. */
export function logSnr({ alpha, sigma }: Level): number {
  return Math.log(alpha) - Math.log(sigma)
}

type Frame = Omit<Sampler, 'step'>

/**
 * Everything but the step, in exploding space. `sigmas` belong to the model calls; `inputSigmas` differ from them
 * where a call looks at a level between two steps (DPM2).
 */
export function explodingSpace(
  config: SchedulerConfig,
  timesteps: readonly number[],
  sigmas: readonly number[],
  order: 1 | 2 = 1,
  inputSigmas: readonly number[] = sigmas,
): Frame {
  const most = Math.max(...sigmas)
  return {
    timesteps,
    order,
    // With leading spacing the first timestep is not pure noise, and the reference adds the clean part's unit variance.
    initNoiseSigma: config.spacing === 'leading' ? Math.sqrt(most ** 2 + 1) : most,
    scaleInput: (latents, i) => combine([1 / Math.sqrt(at(inputSigmas, i) ** 2 + 1), latents]),
    addNoise: (clean, noise, i) => combine([1, clean], [at(sigmas, i), noise]),
  }
}

/** Everything but the step, in preserving space; `levels` belong to the model calls. */
export function preservingSpace(timesteps: readonly number[], levels: readonly Level[]): Frame {
  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleInput: latents => latents,
    addNoise: (clean, noise, i) => {
      const { alpha, sigma } = levelAt(levels, i)
      return combine([alpha, clean], [sigma, noise])
    },
  }
}

export function levelAt(levels: readonly Level[], i: number): Level {
  const level = levels[i]
  if (!level) throw new RangeError(`noise level ${i} of ${levels.length}`)
  return level
}

/** x0 in exploding space, from what the U-Net said at σ. */
export function cleanExploding(
  prediction: Prediction,
  sigma: number,
  output: Float32Array,
  latents: Float32Array,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return combine([1, latents], [-sigma, output])
    case 'v_prediction':
      return combine([1 / (sigma ** 2 + 1), latents], [-sigma / Math.sqrt(sigma ** 2 + 1), output])
    case 'sample':
      return output
  }
}

/** x0 in preserving space. v = α·ε - σ·x0 (Salimans and Ho 2022). */
export function cleanPreserving(
  prediction: Prediction,
  { alpha, sigma }: Level,
  output: Float32Array,
  latents: Float32Array,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return combine([1 / alpha, latents], [-sigma / alpha, output])
    case 'v_prediction':
      return combine([alpha, latents], [-sigma, output])
    case 'sample':
      return output
  }
}

/** ε in preserving space. */
export function noisePreserving(
  prediction: Prediction,
  { alpha, sigma }: Level,
  output: Float32Array,
  latents: Float32Array,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return output
    case 'v_prediction':
      return combine([alpha, output], [sigma, latents])
    case 'sample':
      return combine([1 / sigma, latents], [-alpha / sigma, output])
  }
}

/**
 * dx/dσ = (x - x0)/σ in exploding space. This and `advance` round each operation to float32 as the reference does:
 * zero terminal SNR begins at σ = 4096, where rounding is what the first steps consist of.
 */
export function slopeAt(sigma: number, latents: Float32Array, clean: Float32Array): Float32Array {
  return latents.map((x, k) => Math.fround(x - at(clean, k)) / sigma)
}

/** x + slope·Δσ. */
export function advance(latents: Float32Array, slope: Float32Array, from: number, to: number): Float32Array {
  const distance = Math.fround(to - from)
  return latents.map((x, k) => x + Math.fround(at(slope, k) * distance))
}
