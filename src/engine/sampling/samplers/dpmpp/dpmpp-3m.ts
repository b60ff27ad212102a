/**
 * DPM-Solver++(3M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type dpmsolver++ and solver_order 3; Lu
 * et al. 2022 (DPM-Solver++). With h = λ' - λ, and φ and D of third-order.ts:
 *
 *   x' = (σ'/σ)·x + α'·((1 - e^-h)·x0 + φ₂·D₁ - φ₃·D₂)
 *
 * The first two steps, the last one, and in short runs the one before it are those of DPM++ 2M.
 * Uses solver (of those steps), lowerOrderFinal and eulerAtFinal.
 */
import { combine } from '../../arithmetic.ts'
import { multistepRange } from '../../noise/diffusers-levels.ts'
import { samplerFrame } from '../../noise/noise-levels.ts'
import type { LevelSampler } from '../../sampler.ts'
import { secondOrder, shortRun } from '../../second-order.ts'
import { type EarlierCall, slopeAndCurvature } from '../../third-order.ts'

export const dpmpp3m: LevelSampler = {
  name: 'dpmpp_3m',
  label: 'DPM++ 3M',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: multistepRange,
  rule(run, options) {
    const { lowerOrderFinal = true, eulerAtFinal = false } = options
    const look = secondOrder(run, options)
    const steps = run.timesteps.length
    const lowerAtEnd = lowerOrderFinal && steps < shortRun ? 2 : eulerAtFinal ? 1 : 0
    let before: readonly EarlierCall[] = []
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const { from, to, h, clean, cleanTerms } = look(output, i, latents)
        // A run to the smallest training σ may end with a step of length 0, which changes nothing.
        const isThirdOrder = before.length === 2 && to.sigma > 0 && h > 0 && i < steps - lowerAtEnd
        const { alpha } = to
        const terms = isThirdOrder
          ? [
              [-alpha * Math.expm1(-h), clean] as const,
              ...slopeAndCurvature({ clean, h, exponent: h, alpha }, before),
            ]
          : cleanTerms(h)
        before = [{ clean, h }, ...before].slice(0, 2)
        return { latents: combine([to.sigma / from.sigma, latents], ...terms), predictedClean: clean }
      },
    }
  },
}
