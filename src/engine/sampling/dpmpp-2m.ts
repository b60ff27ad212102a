/**
 * DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type dpmsolver++, solver_order 2,
 * solver_type midpoint; Lu et al. 2022 (DPM-Solver++), algorithm 2. With D and h of second-order.ts:
 *
 *   x' = (σ'/σ)·x - α'·(e^-h - 1)·D
 */
import { combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { secondOrder } from './second-order.ts'
import { levelOf, preservingSpace } from './spaces.ts'
import { trainingRangeLadder } from './timesteps.ts'

export const dpmpp2m: SamplerKind = {
  name: 'dpmpp_2m',
  label: 'DPM++ 2M',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const { timesteps, sigmas } = trainingRangeLadder(config, noiseSchedule(config, true), steps)
    const look = secondOrder(config, sigmas)
    return {
      ...preservingSpace(timesteps, sigmas.map(levelOf)),
      step(output, i, latents) {
        const { from, to, h, clean, estimate } = look(output, i, latents)
        return {
          latents: combine([to.sigma / from.sigma, latents], [-to.alpha * Math.expm1(-h), estimate]),
          predictedClean: clean,
        }
      },
    }
  },
}
