/**
 * DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type dpmsolver++ and solver_order 2,
 * and k-diffusion's sample_dpmpp_2m; Lu et al. 2022 (DPM-Solver++), algorithm 2. With D and h of second-order.ts:
 *
 *   x' = (σ'/σ)·x + α'·(1 - e^-h)·D
 *
 * Uses solver, lowerOrderFinal and eulerAtFinal.
 */
import { combine } from '../../arithmetic.ts'
import { multistepRange } from '../../noise/diffusers-levels.ts'
import { samplerFrame } from '../../noise/noise-levels.ts'
import type { LevelSampler } from '../../sampler.ts'
import { secondOrder } from '../../second-order.ts'

export const dpmpp2m: LevelSampler = {
  name: 'dpmpp_2m',
  label: 'DPM++ 2M',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: multistepRange,
  rule(run, options) {
    const look = secondOrder(run, options)
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const { from, to, h, clean, cleanTerms } = look(output, i, latents)
        return {
          latents: combine([to.sigma / from.sigma, latents], ...cleanTerms(h)),
          predictedClean: clean,
        }
      },
    }
  },
}
