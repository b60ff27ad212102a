/**
 * Euler ancestral. Matches diffusers' EulerAncestralDiscreteScheduler; the rule is k-diffusion's: step below
 * the target level, then add noise up to it. Uses eta and noiseFactor. Limits: plain sigmas only.
 */
import { at, combine } from '../arithmetic.ts'
import { chosenRange } from '../noise/diffusers-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { advance, explodingLevel, slopeAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

export const eulerAncestral: LevelSampler = {
  name: 'euler_a',
  label: 'Euler a',
  diffusersClass: 'EulerAncestralDiscreteScheduler',
  sigmas: [],
  noiseOptions: ['eta'],
  levels: chosenRange,
  rule(run, { eta = 1, noiseFactor = 1 }) {
    const { sigmas } = run
    return {
      ...samplerFrame(run),
      step(output, i, latents, draw) {
        const sigma = at(sigmas, i)
        const { up, down } = ancestralSplit(sigma, at(sigmas, i + 1), eta)
        const clean = run.preconditioning.clean(output, explodingLevel(sigma), latents)
        const lowered = advance(latents, slopeAt(sigma, latents, clean), sigma, down)
        // The reference draws in the last step too, where up = 0.
        return { latents: combine([1, lowered], [noiseFactor * up, draw()]), predictedClean: clean }
      },
    }
  },
}

/**
 * Splits a step to level `to` into a deterministic part to `down` and fresh noise `up`: down² + up² = to². η is the
 * share of fresh noise.
 * Computed in float32 as in the reference, because the square of a first sigma of 4096 leaves few digits for the rest.
 */
export function ancestralSplit(from: number, to: number, eta: number): { up: number; down: number } {
  const f = Math.fround
  const from2 = f(from * from)
  const to2 = f(to * to)
  const up = f(eta * f(Math.sqrt(f(f(to2 * f(from2 - to2)) / from2))))
  return { up, down: f(Math.sqrt(f(to2 - f(up * up)))) }
}
