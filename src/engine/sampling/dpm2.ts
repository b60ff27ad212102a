/**
 * DPM2. Matches diffusers' KDPM2DiscreteScheduler; Karras et al. 2022 with DPM-Solver-2's middle point
 * (Lu et al. 2022): a look at the geometric mean of two sigmas, then the whole step with the slope found there.
 * Limits: no churn.
 */
import { at, combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { Sampler, SamplerKind, SchedulerConfig } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder, roundedIfKarras, timestepOf } from './timesteps.ts'
import { twoCallsPerStep } from './two-calls.ts'

export const dpm2: SamplerKind = {
  name: 'dpm2',
  label: 'DPM2',
  diffusersClass: 'KDPM2DiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create: (config, steps) => middlePointRun(config, steps, (_, to) => ({ down: to })),
}

/** Where a step from one sigma to the next goes down to, and how much noise then brings it up again, if any is drawn. */
export type Split = (from: number, to: number) => { down: number; up?: number }

/** What DPM2 and its ancestral kin share. Noise is drawn in second calls only; the last step has none. */
export function middlePointRun(config: SchedulerConfig, steps: number, split: Split): Sampler {
  const schedule = noiseSchedule(config, true)
  const ladder = chosenRangeLadder(config, schedule, steps)
  const froms = ladder.sigmas.slice(0, -1)
  const splits = froms.map((from, k) => split(from, at(ladder.sigmas, k + 1)))
  /** Between a step's start and where it goes down to; 0 in the last, since its target is. */
  const middles = froms.map((from, k) => Math.sqrt(from * (splits[k]?.down ?? 0)))
  const innerMiddles = middles.slice(0, -1)

  const timesteps = twoCallsPerStep(
    roundedIfKarras(config, ladder.timesteps),
    innerMiddles.map(sigma => timestepOf(schedule, sigma)),
  )
  const sigmas = twoCallsPerStep(froms, froms.slice(1))
  const inputSigmas = twoCallsPerStep(froms, innerMiddles)
  let start: Float32Array | undefined
  return {
    ...explodingSpace(config, timesteps, sigmas, 2, inputSigmas),
    step(output, i, latents, draw) {
      const sigma = at(inputSigmas, i)
      const clean = cleanExploding(config.prediction, sigma, output, latents)
      const from = at(froms, i >> 1)
      const slope = slopeAt(sigma, latents, clean)
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
