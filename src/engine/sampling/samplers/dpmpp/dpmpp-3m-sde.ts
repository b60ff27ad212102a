/**
 * DPM-Solver++(3M) as an SDE. Matches k-diffusion's sample_dpmpp_3m_sde, which has no paper: the exponential
 * integrator of DPM-Solver++ (Lu et al. 2022) with a parabola through the last three model calls. With λ = -ln σ,
 * h = λ' - λ, H = (1 + η)·h, and φ and D of third-order.ts:
 *
 *   x' = e^-H·x + (1 - e^-H)·x0 + φ₂·D₁ - φ₃·D₂ + σ'·√(1 - e^-2ηh)·noise
 *
 * The first step has no D₁ and no D₂, the second no D₂. A step to 0 returns x0.
 * Noise is drawn in every step except a step to 0. Uses eta and noiseFactor.
 */
import { combine } from '../../arithmetic.ts'
import { kDiffusionLevels } from '../../noise/k-diffusion-levels.ts'
import { samplerFrame } from '../../noise/noise-levels.ts'
import { levelAt, logSnr } from '../../preconditioning.ts'
import type { LevelSampler } from '../../sampler.ts'
import { type EarlierCall, slopeAndCurvature } from '../../third-order.ts'

export const dpmpp3mSde: LevelSampler = {
  name: 'dpmpp_3m_sde',
  label: 'DPM++ 3M SDE',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: kDiffusionLevels,
  rule(run, { eta = 1, noiseFactor = 1 }) {
    let before: readonly EarlierCall[] = []
    return {
      ...samplerFrame(run),
      step(output, i, latents, draw) {
        const from = levelAt(run.levels, i)
        const to = levelAt(run.levels, i + 1)
        const clean = run.preconditioning.clean(output, from, latents)
        if (to.sigma === 0) return { latents: clean, predictedClean: clean }
        const h = logSnr(to) - logSnr(from)
        const exponent = (1 + eta) * h
        const terms: (readonly [number, Float32Array])[] = [
          [(to.sigma / from.sigma) * Math.exp(-eta * h), latents],
          [-to.alpha * Math.expm1(-exponent), clean],
          ...slopeAndCurvature({ clean, h, exponent, alpha: to.alpha }, before),
        ]
        before = [{ clean, h }, ...before].slice(0, 2)
        if (eta > 0) {
          terms.push([noiseFactor * to.sigma * Math.sqrt(-Math.expm1(-2 * eta * h)), draw()])
        }
        return { latents: combine(...terms), predictedClean: clean }
      },
    }
  },
}
