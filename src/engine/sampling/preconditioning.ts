/**
 * The scaling of the network's input and the meaning of its output, in three parametrisations, in the terms of
 * Karras et al. 2022, table 1: D(x; σ) = c_skip·x + c_out·F(c_in·x).
 *
 *   exploding   x = x0 + σ·ε                  Euler, Heun, LMS, DPM2; k-diffusion's rules
 *   preserving  x = α·x0 + σ·ε, α² + σ² = 1   diffusers' DPM++, UniPC, DEIS and the DDIM family (Song et al. 2021)
 *   EDM         exploding, trained with the paper's own scalings (Playground v2.5)
 */
import { at, combine } from './arithmetic.ts'
import type { SchedulerConfig } from './sampler.ts'

type Prediction = SchedulerConfig['prediction']

/** A noise level: x = alpha·x0 + sigma·ε. In exploding space alpha is 1. */
export interface NoiseLevel {
  alpha: number
  sigma: number
}

/** The network's input at a noise level, and the interpretation of its output; latents are [B,4,H/8,W/8]. */
export interface Preconditioning {
  /** c_in·x. */
  scaleInput(latents: Float32Array, level: NoiseLevel): Float32Array
  /** x0. */
  clean(output: Float32Array, level: NoiseLevel, latents: Float32Array): Float32Array
  /** ε. */
  noise(output: Float32Array, level: NoiseLevel, latents: Float32Array): Float32Array
}

/** An exploding level. */
export function explodingLevel(sigma: number): NoiseLevel {
  return { alpha: 1, sigma }
}

/** The preserving level that corresponds to an exploding σ: α = 1/√(σ²+1), σ' = σ·α. */
export function levelOf(sigma: number): NoiseLevel {
  const alpha = 1 / Math.sqrt(sigma ** 2 + 1)
  return { alpha, sigma: sigma * alpha }
}

/** The preserving level of a cumulative ᾱ. */
export function levelOfAlpha(alphaCumulated: number): NoiseLevel {
  return { alpha: Math.sqrt(alphaCumulated), sigma: Math.sqrt(1 - alphaCumulated) }
}

/** λ = ln α - ln σ, half the log signal-to-noise ratio; +∞ at σ = 0. */
export function logSnr({ alpha, sigma }: NoiseLevel): number {
  return Math.log(alpha) - Math.log(sigma)
}

export function levelAt(levels: readonly NoiseLevel[], i: number): NoiseLevel {
  const level = levels[i]
  if (!level) throw new RangeError(`noise level ${i} of ${levels.length}`)
  return level
}

export function explodingPreconditioning(prediction: Prediction): Preconditioning {
  return {
    scaleInput: (latents, { sigma }) => combine([1 / Math.sqrt(sigma ** 2 + 1), latents]),
    clean(output, { sigma }, latents) {
      switch (prediction) {
        case 'epsilon':
          return combine([1, latents], [-sigma, output])
        case 'v_prediction':
          return combine([1 / (sigma ** 2 + 1), latents], [-sigma / Math.sqrt(sigma ** 2 + 1), output])
        case 'sample':
          return output
      }
    },
    noise(output, level, latents) {
      if (prediction === 'epsilon') return output
      return slopeAt(level.sigma, latents, this.clean(output, level, latents))
    },
  }
}

/** v = α·ε - σ·x0 (Salimans and Ho 2022). */
export function preservingPreconditioning(prediction: Prediction): Preconditioning {
  return {
    scaleInput: latents => latents,
    clean(output, { alpha, sigma }, latents) {
      switch (prediction) {
        case 'epsilon':
          // Pure noise (zero terminal SNR) has no finite x0, but one with a sign, which `clipped` needs.
          return alpha === 0
            ? combine([1, latents], [-sigma, output]).map(value => value / alpha)
            : combine([1 / alpha, latents], [-sigma / alpha, output])
        case 'v_prediction':
          return combine([alpha, latents], [-sigma, output])
        case 'sample':
          return output
      }
    },
    noise(output, { alpha, sigma }, latents) {
      switch (prediction) {
        case 'epsilon':
          return output
        case 'v_prediction':
          return combine([alpha, output], [sigma, latents])
        case 'sample':
          return combine([1 / sigma, latents], [-alpha / sigma, output])
      }
    },
  }
}

/** EDM's scalings, with the standard deviation σ_d of the data; a v-prediction flips the sign of c_out. */
export function edmPreconditioning(prediction: Prediction, sigmaData: number): Preconditioning {
  const sign = prediction === 'v_prediction' ? -1 : 1
  const spread = (sigma: number): number => sigma ** 2 + sigmaData ** 2
  return {
    scaleInput: (latents, { sigma }) => combine([1 / Math.sqrt(spread(sigma)), latents]),
    clean: (output, { sigma }, latents) =>
      prediction === 'sample'
        ? output
        : combine(
            [sigmaData ** 2 / spread(sigma), latents],
            [(sign * sigma * sigmaData) / Math.sqrt(spread(sigma)), output],
          ),
    noise(output, level, latents) {
      return slopeAt(level.sigma, latents, this.clean(output, level, latents))
    },
  }
}

/** The same preconditioning with x0 clipped to ±range, if there is a range. */
export function withClipping(plain: Preconditioning, range: number | undefined): Preconditioning {
  if (range === undefined) return plain
  return {
    ...plain,
    clean: (output, level, latents) =>
      plain.clean(output, level, latents).map(x => Math.min(Math.max(x, -range), range)),
  }
}

/**
 * dx/dσ = (x - x0)/σ in exploding space. This and `advance` round each operation to float32 as the reference does:
 * zero terminal SNR begins at σ = 4096, where rounding dominates the first steps.
 */
export function slopeAt(sigma: number, latents: Float32Array, clean: Float32Array): Float32Array {
  return latents.map((x, k) => Math.fround(x - at(clean, k)) / sigma)
}

/** x + slope·Δσ. */
export function advance(latents: Float32Array, slope: Float32Array, from: number, to: number): Float32Array {
  const distance = Math.fround(to - from)
  return latents.map((x, k) => x + Math.fround(at(slope, k) * distance))
}
