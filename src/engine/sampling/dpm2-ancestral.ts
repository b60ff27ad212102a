/**
 * DPM2 ancestral. Matches diffusers' KDPM2AncestralDiscreteScheduler: DPM2 down below the target level, then noise up
 * to it. Noise is drawn in the second call of each step only; the last step has none. Limits: η = 1.
 */
import { at, combine } from './arithmetic.ts'
import { ancestralSplit } from './euler-ancestral.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder, roundedIfKarras, timestepOf } from './timesteps.ts'
import { twoCallsPerStep } from './two-calls.ts'

export const dpm2Ancestral: SamplerKind = {
  name: 'dpm2_a',
  label: 'DPM2 a',
  diffusersClass: 'KDPM2AncestralDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const schedule = noiseSchedule(config, true)
    const ladder = chosenRangeLadder(config, schedule, steps)
    const froms = ladder.sigmas.slice(0, -1)
    const splits = froms.map((from, k) => ancestralSplit(from, at(ladder.sigmas, k + 1)))
    /** Middle between a step's start and where it goes down to; 0 in the last. */
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
        const { up, down } = splits[i >> 1] ?? { up: 0, down: 0 }
        const next = combine([1, advance(start, slope, from, down)], [up, draw()])
        start = undefined
        return { latents: next, predictedClean: clean }
      },
    }
  },
}
