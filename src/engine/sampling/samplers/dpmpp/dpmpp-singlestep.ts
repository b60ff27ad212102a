/**
 * DPM-Solver++(2S). Matches diffusers' DPMSolverSinglestepScheduler with algorithm_type dpmsolver++, solver_order 1 or 2,
 * solver_type midpoint; Lu et al. 2022 (DPM-Solver++), algorithm 1. Steps come in pairs: one of first order, then one
 * of second order that starts again at the pair's start. An even run ends with two steps of first order, an odd run with one; an even run
 * that ends above zero without lowerOrderFinal ends with a pair.
 * Limits: uses linspace timesteps and ignores the config's spacing, as the reference does.
 */
import { combine } from '../../arithmetic.ts'
import { trainingRange } from '../../noise/diffusers-levels.ts'
import { samplerFrame } from '../../noise/noise-levels.ts'
import { levelAt, logSnr } from '../../preconditioning.ts'
import type { LevelSampler } from '../../sampler.ts'

export const dpmppSinglestep: LevelSampler = {
  name: 'dpmpp_singlestep',
  label: 'DPM++ 2S',
  diffusersClass: 'DPMSolverSinglestepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: (config, steps) => trainingRange({ ...config, spacing: 'linspace' }, steps),
  rule(run, { solverOrder = 2, lowerOrderFinal = true }) {
    const { timesteps, levels } = run
    const endsInPair = !lowerOrderFinal && timesteps.length % 2 === 0 && levels.at(-1)?.sigma !== 0
    /** 1, 2, 1, 2, …; but for a pair at the end the last is 1, and in an even run so is the one before. */
    const isSecond = (i: number) => solverOrder > 1 && i % 2 === 1 && (endsInPair || i < timesteps.length - 1)
    /** The start of the pair, and the prediction there. */
    let pair: { latents: Float32Array; clean: Float32Array } | undefined
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const from = levelAt(levels, i)
        const to = levelAt(levels, i + 1)
        const clean = run.preconditioning.clean(output, from, latents)
        if (!isSecond(i) || !pair) {
          pair = { latents, clean }
          const h = logSnr(to) - logSnr(from)
          return {
            latents: combine([to.sigma / from.sigma, latents], [-to.alpha * Math.expm1(-h), clean]),
            predictedClean: clean,
          }
        }
        const begin = levelAt(levels, i - 1)
        const h = logSnr(to) - logSnr(begin)
        const r = (logSnr(from) - logSnr(begin)) / h
        const estimate = combine([1 - 1 / (2 * r), pair.clean], [1 / (2 * r), clean])
        return {
          latents: combine([to.sigma / begin.sigma, pair.latents], [-to.alpha * Math.expm1(-h), estimate]),
          predictedClean: clean,
        }
      },
    }
  },
}
