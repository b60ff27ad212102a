/**
 * SDE-DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type sde-dpmsolver++ and
 * solver_order 2, and k-diffusion's sample_dpmpp_2m_sde; Lu et al. 2022 (DPM-Solver++), section 5. With D and h of
 * second-order.ts:
 *
 *   x' = (σ'/σ)·e^-ηh·x + α'·(1 - e^-(1+η)h)·D + σ'·√(1 - e^-2ηh)·noise
 *
 * Noise is drawn in every step, including the last one, where its factor is 0. Uses eta, noiseFactor, solver,
 * lowerOrderFinal and eulerAtFinal.
 */
import { combine } from '../../arithmetic.ts'
import { multistepRange } from '../../noise/diffusers-levels.ts'
import { samplerFrame } from '../../noise/noise-levels.ts'
import type { LevelSampler } from '../../sampler.ts'
import { secondOrder } from '../../second-order.ts'

export const dpmpp2mSde: LevelSampler = {
  name: 'dpmpp_2m_sde',
  label: 'DPM++ 2M SDE',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: multistepRange,
  rule(run, options) {
    const { eta = 1, noiseFactor = 1 } = options
    const look = secondOrder(run, options)
    return {
      ...samplerFrame(run),
      step(output, i, latents, draw) {
        const { from, to, h, clean, cleanTerms } = look(output, i, latents)
        const kept = eta === 0 ? 1 : Math.exp(-eta * h)
        const fresh = eta === 0 ? 0 : Math.sqrt(-Math.expm1(-2 * eta * h))
        return {
          latents: combine([(to.sigma / from.sigma) * kept, latents], ...cleanTerms((1 + eta) * h), [
            noiseFactor * to.sigma * fresh,
            draw(),
          ]),
          predictedClean: clean,
        }
      },
    }
  },
}
