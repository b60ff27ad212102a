/**
 * DPM2. Matches diffusers' KDPM2DiscreteScheduler and k-diffusion's sample_dpm_2; Karras et al. 2022 with
 * DPM-Solver-2's midpoint (Lu et al. 2022): a model call at the geometric mean of two sigmas, then the whole step with
 * the slope at that point. Uses churn and noiseFactor.
 */
import { at, combine } from '../arithmetic.ts'
import { churnSteps } from '../churn.ts'
import { chosenRangeRounded } from '../noise/diffusers-levels.ts'
import type { NoiseLevels } from '../noise/noise-levels.ts'
import { advance, explodingLevel, levelAt, slopeAt } from '../preconditioning.ts'
import type { LevelSampler, RuleOptions, Sampler } from '../sampler.ts'
import { twoCallFrame } from '../two-calls.ts'

export const dpm2: LevelSampler = {
  name: 'dpm2',
  label: 'DPM2',
  diffusersClass: 'KDPM2DiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['churn'],
  levels: chosenRangeRounded,
  discardsPenultimate: true,
  rule: (run, options) => middlePointRun(run, options, (_, to) => ({ down: to })),
}

/** Splits a step from one sigma to the next: the sigma that it goes down to, and the noise that is then added, if any. */
export type Split = (from: number, to: number) => { down: number; up?: number }

/** The step that DPM2 and DPM2 ancestral share. Noise is drawn in second calls only; a step to 0 has none. */
export function middlePointRun(run: NoiseLevels, options: RuleOptions, split: Split): Sampler {
  const { sigmas } = run
  const { from: froms, timesteps, levels, method } = churnSteps(run, options, 2)
  const splits = froms.map((from, k) => split(from, at(sigmas, k + 1)))
  /** The midpoint between a step's start and the sigma that it goes down to; 0 if the target is 0 (an Euler step). */
  const middles = froms.map((from, k) => Math.sqrt(from * (splits[k]?.down ?? 0)))
  const innerMiddles = middles.filter(sigma => sigma > 0)

  const { frame, evaluationLevels } = twoCallFrame(
    run,
    { timesteps, levels: run.levels.slice(0, -1), evaluationLevels: levels },
    {
      timesteps: innerMiddles.map(run.timestepOf),
      levels: run.levels.slice(1, innerMiddles.length + 1),
      evaluationLevels: innerMiddles.map(explodingLevel),
    },
  )
  let start: Float32Array | undefined
  return {
    ...frame,
    ...method,
    step(output, i, latents, draw) {
      const level = levelAt(evaluationLevels, i)
      const clean = run.preconditioning.clean(output, level, latents)
      const from = at(froms, i >> 1)
      const slope = slopeAt(level.sigma, latents, clean)
      if (i % 2 === 0 || !start) {
        start = latents
        const middle = advance(latents, slope, from, at(middles, i >> 1))
        return { latents: middle, predictedClean: clean }
      }
      const { down, up } = splits[i >> 1] ?? { down: 0 }
      const below = advance(start, slope, from, down)
      start = undefined
      return { latents: up === undefined ? below : combine([1, below], [up, draw()]), predictedClean: clean }
    },
  }
}
