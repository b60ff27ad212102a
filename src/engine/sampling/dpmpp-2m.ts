/**
 * DPM-Solver++(2M). Matches diffusers' DPMSolverMultistepScheduler with algorithm_type dpmsolver++, solver_order 2,
 * solver_type midpoint; Lu et al. 2022 (DPM-Solver++), algorithm 2. With λ = ln α - ln σ and h = λ' - λ:
 *
 *   x' = (σ'/σ)·x - α'·(e^-h - 1)·D,   D = (1 + 1/2r)·x0 - (1/2r)·x0_before,   r = h_before / h
 *
 * First order (D = x0) in the first step, in the last of short runs, and wherever the target is free of noise.
 */
import { at, combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { cleanPreserving, levelAt, levelOf, logSnr, preservingSpace } from './spaces.ts'
import { trainingRangeLadder } from './timesteps.ts'

/** Below this many steps the last one is of first order, for stability. */
export const shortRun = 15

export const dpmpp2m: SamplerKind = {
  name: 'dpmpp_2m',
  label: 'DPM++ 2M',
  diffusersClass: 'DPMSolverMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const { timesteps, sigmas } = trainingRangeLadder(config, noiseSchedule(config, true), steps)
    const levels = sigmas.map(levelOf)
    let cleanBefore: Float32Array | undefined
    return {
      ...preservingSpace(timesteps, levels),
      step(output, i, latents) {
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
        return {
          latents: combine([to.sigma / from.sigma, latents], [-to.alpha * Math.expm1(-h), estimate]),
          predictedClean: clean,
        }
      },
    }
  },
}
