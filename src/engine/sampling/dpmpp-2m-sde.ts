/**
 * SDE-DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type sde-dpmsolver++,
 * solver_order 2, solver_type midpoint; Lu et al. 2022 (DPM-Solver++), section 5. With D and h of second-order.ts:
 *
 *   x' = (σ'/σ)·e^-h·x + α'·(1 - e^-2h)·D + σ'·√(1 - e^-2h)·noise
 *
 * Noise is drawn in every step, also in the last, where its factor is 0.
 */
import { combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { secondOrder } from './second-order.ts'
import { levelOf, preservingSpace } from './spaces.ts'
import { trainingRangeLadder } from './timesteps.ts'

export const dpmpp2mSde: SamplerKind = {
  name: 'dpmpp_2m_sde',
  label: 'DPM++ 2M SDE',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const { timesteps, sigmas } = trainingRangeLadder(config, noiseSchedule(config, true), steps)
    const look = secondOrder(config, sigmas)
    return {
      ...preservingSpace(timesteps, sigmas.map(levelOf)),
      step(output, i, latents, draw) {
        const { from, to, h, clean, estimate } = look(output, i, latents)
        const renewed = -Math.expm1(-2 * h)
        return {
          latents: combine(
            [(to.sigma / from.sigma) * Math.exp(-h), latents],
            [to.alpha * renewed, estimate],
            [to.sigma * Math.sqrt(renewed), draw()],
          ),
          predictedClean: clean,
        }
      },
    }
  },
}
