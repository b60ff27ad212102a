/**
 * SDE-DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type sde-dpmsolver++,
 * solver_order 2, solver_type midpoint; Lu et al. 2022 (DPM-Solver++), section 5. As DPM++ 2M, but
 *
 *   x' = (σ'/σ)·e^-h·x + α'·(1 - e^-2h)·D + σ'·√(1 - e^-2h)·noise
 *
 * Noise is drawn in every step, also in the last, where its factor is 0.
 */
import { at, combine } from './arithmetic.ts'
import { shortRun } from './dpmpp-2m.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { cleanPreserving, levelAt, levelOf, logSnr, preservingSpace } from './spaces.ts'
import { trainingRangeLadder } from './timesteps.ts'

export const dpmpp2mSde: SamplerKind = {
  name: 'dpmpp_2m_sde',
  label: 'DPM++ 2M SDE',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const { timesteps, sigmas } = trainingRangeLadder(config, noiseSchedule(config, true), steps)
    const levels = sigmas.map(levelOf)
    let cleanBefore: Float32Array | undefined
    return {
      ...preservingSpace(timesteps, levels),
      step(output, i, latents, draw) {
        const from = levelAt(levels, i)
        const to = levelAt(levels, i + 1)
        const clean = cleanPreserving(config.prediction, from, output, latents)
        const h = logSnr(to) - logSnr(from)
        const isLast = i === timesteps.length - 1
        const firstOrder = isLast && (at(sigmas, i + 1) === 0 || timesteps.length < shortRun)

        let estimate = clean
        if (cleanBefore && !firstOrder) {
          const r = (logSnr(from) - logSnr(levelAt(levels, i - 1))) / h
          estimate = combine([1 + 1 / (2 * r), clean], [-1 / (2 * r), cleanBefore])
        }
        cleanBefore = clean
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
