/**
 * Heun. Matches diffusers' HeunDiscreteScheduler and k-diffusion's sample_heun; Karras et al. 2022, algorithms 1 and 2.
 * Every step except the last has two model calls: an Euler step, the slope at its end, and the step with the mean slope.
 * Uses churn and noiseFactor.
 */
import { at, combine } from '../arithmetic.ts'
import { churnSteps } from '../churn.ts'
import { chosenRange } from '../noise/diffusers-levels.ts'
import { advance, levelAt, slopeAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'
import { twoCallFrame } from '../two-calls.ts'

export const heun: LevelSampler = {
  name: 'heun',
  label: 'Heun',
  diffusersClass: 'HeunDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['churn'],
  levels: chosenRange,
  rule(run, options) {
    const { sigmas } = run
    const { from: froms, timesteps, levels, method } = churnSteps(run, options, 2)
    const ends = run.levels.slice(1).filter(({ sigma }) => sigma > 0)
    const timestepsAtEnds = ends.map(({ sigma }, k) => run.timesteps[k + 1] ?? run.timestepOf(sigma))
    const { frame, evaluationLevels } = twoCallFrame(
      run,
      { timesteps, levels: run.levels.slice(0, -1), evaluationLevels: levels },
      { timesteps: timestepsAtEnds, levels: ends },
    )
    let first: { latents: Float32Array; slope: Float32Array } | undefined
    return {
      ...frame,
      ...method,
      step(output, i, latents) {
        const level = levelAt(evaluationLevels, i)
        const clean = run.preconditioning.clean(output, level, latents)
        const slope = slopeAt(level.sigma, latents, clean)
        const from = at(froms, i >> 1)
        const to = at(sigmas, (i >> 1) + 1)
        if (i % 2 === 0 || !first) {
          first = { latents, slope }
          return { latents: advance(latents, slope, from, to), predictedClean: clean }
        }
        const mean = combine([0.5, first.slope], [0.5, slope])
        const next = advance(first.latents, mean, from, to)
        first = undefined
        return { latents: next, predictedClean: clean }
      },
    }
  },
}
