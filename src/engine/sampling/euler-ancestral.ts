/**
 * Euler ancestral. Matches diffusers' EulerAncestralDiscreteScheduler; the rule is k-diffusion's: step down below
 * the target level, then add noise up to it. Limits: plain sigmas only, η = 1.
 */
import { at, combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder } from './timesteps.ts'

export const eulerAncestral: SamplerKind = {
  name: 'euler_a',
  label: 'Euler a',
  diffusersClass: 'EulerAncestralDiscreteScheduler',
  sigmas: [],
  create(config, steps) {
    const { timesteps, sigmas } = chosenRangeLadder(config, noiseSchedule(config, true), steps)
    return {
      ...explodingSpace(config, timesteps, sigmas),
      step(output, i, latents, draw) {
        const sigma = at(sigmas, i)
        const { up, down } = ancestralSplit(sigma, at(sigmas, i + 1))
        const clean = cleanExploding(config.prediction, sigma, output, latents)
        const lowered = advance(latents, slopeAt(sigma, latents, clean), sigma, down)
        // The reference draws in the last step too, where up = 0.
        return { latents: combine([1, lowered], [up, draw()]), predictedClean: clean }
      },
    }
  },
}

/**
 * Splits a step to level `to` into a deterministic part down to `down` and fresh noise `up`: down² + up² = to².
 * In float32, as the reference: the square of a first sigma of 4096 leaves few digits to the rest.
 */
export function ancestralSplit(from: number, to: number): { up: number; down: number } {
  const f = Math.fround
  const from2 = f(from * from)
  const to2 = f(to * to)
  const up = f(Math.sqrt(f(f(to2 * f(from2 - to2)) / from2)))
  return { up, down: f(Math.sqrt(f(to2 - f(up * up)))) }
}
