/**
 * DPM-Solver++(3M) as an SDE. Matches k-diffusion's sample_dpmpp_3m_sde, which has no paper: the exponential
 * integrator of DPM-Solver++ (Lu et al. 2022) with a parabola through the last three model calls. With λ = -ln σ,
 * h = λ' - λ, H = (1 + η)·h, φ₂ = (e^-H - 1)/H + 1 and φ₃ = φ₂/H - ½:
 *
 *   x' = e^-H·x + (1 - e^-H)·x0 + φ₂·D₁ - φ₃·D₂ + σ'·√(1 - e^-2ηh)·noise
 *
 * The first step has no D₁ and no D₂, the second no D₂. A step to 0 returns x0.
 * Noise is drawn in every step except a step to 0. Uses eta and noiseFactor.
 */
import { combine } from '../arithmetic.ts'
import { kDiffusionLevels } from '../noise/k-diffusion-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { type Level, levelAt, logSnr } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

export const dpmpp3mSde: LevelSampler = {
  name: 'dpmpp_3m_sde',
  label: 'DPM++ 3M SDE',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: kDiffusionLevels,
  rule(run, { eta = 1, noiseFactor = 1 }) {
    /** x0 of the last calls and h of the steps after them, newest first. */
    let before: readonly { clean: Float32Array; h: number }[] = []
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
          ...higherOrder(clean, h, exponent, before, to),
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

/** φ₂·D₁ - φ₃·D₂ of the divided differences of x0 over λ, with each h in units of this step's h. */
function higherOrder(
  clean: Float32Array,
  h: number,
  exponent: number,
  [last, older]: readonly { clean: Float32Array; h: number }[],
  { alpha }: Level,
): (readonly [number, Float32Array])[] {
  if (!last) return []
  const phi2 = Math.expm1(-exponent) / exponent + 1
  const phi3 = phi2 / exponent - 0.5
  const r0 = last.h / h
  const slope = combine([1 / r0, clean], [-1 / r0, last.clean])
  if (!older) return [[alpha * phi2, slope]]
  const r1 = older.h / h
  const slopeBefore = combine([1 / r1, last.clean], [-1 / r1, older.clean])
  const curvature = combine([1 / (r0 + r1), slope], [-1 / (r0 + r1), slopeBefore])
  return [
    [alpha * phi2, slope],
    [alpha * (phi2 * r0 - phi3), curvature],
  ]
}
