/**
 * Linear multistep (Adams-Bashforth of order 4). Matches diffusers' LMSDiscreteScheduler; the rule is k-diffusion's sample_lms.
 * A run with a late start uses the coefficients of the full order with the slopes it has, as the reference does.
 * Limits: the coefficients are exact integrals; the reference uses a quadrature to 1e-4 (which is exact for cubics).
 */
import { at, combine } from '../arithmetic.ts'
import { chosenRange } from '../noise/diffusers-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { explodingLevel, slopeAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

const fullOrder = 4

export const lms: LevelSampler = {
  name: 'lms',
  label: 'LMS',
  diffusersClass: 'LMSDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: chosenRange,
  rule(run) {
    const { sigmas } = run
    /** dx/dσ of the last steps, newest first. */
    let slopes: Float32Array[] = []
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const sigma = at(sigmas, i)
        const clean = run.preconditioning.clean(output, explodingLevel(sigma), latents)
        slopes = [slopeAt(sigma, latents, clean), ...slopes].slice(0, fullOrder)
        const order = Math.min(i + 1, fullOrder)
        const terms = slopes.map(
          (slope, back) => [back < order ? coefficient(sigmas, i, order, back) : 0, slope] as const,
        )
        return { latents: combine([1, latents], ...terms), predictedClean: clean }
      },
    }
  },
}

/** ∫ from σ_i to σ_{i+1} of the Lagrange polynomial that is 1 at σ_{i-back} and 0 at the other σ of the order. */
function coefficient(sigmas: readonly number[], i: number, order: number, back: number): number {
  const from = at(sigmas, i)
  const to = at(sigmas, i + 1)
  const node = at(sigmas, i - back)
  const others = Array.from({ length: order }, (_, k) => k)
    .filter(k => k !== back)
    .map(k => at(sigmas, i - k))
  const polynomial = (sigma: number): number =>
    others.reduce((product, other) => (product * (sigma - other)) / (node - other), 1)
  // Gauss-Legendre with two points is exact up to degree 3.
  const middle = (from + to) / 2
  const reach = (to - from) / 2 / Math.sqrt(3)
  return ((to - from) / 2) * (polynomial(middle - reach) + polynomial(middle + reach))
}
