/**
 * DPM2 ancestral. Matches diffusers' KDPM2AncestralDiscreteScheduler and k-diffusion's sample_dpm_2_ancestral: a DPM2 step
 * below the target level, then noise up to it. Noise is drawn in the second call of each step only; a step to 0 has
 * none. Uses eta and noiseFactor.
 */
import { chosenRangeRounded } from '../noise/diffusers-levels.ts'
import type { LevelSampler } from '../sampler.ts'
import { middlePointRun } from './dpm2.ts'
import { ancestralSplit } from './euler-ancestral.ts'

export const dpm2Ancestral: LevelSampler = {
  name: 'dpm2_a',
  label: 'DPM2 a',
  diffusersClass: 'KDPM2AncestralDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: chosenRangeRounded,
  discardsPenultimate: true,
  rule: (run, { eta = 1, noiseFactor = 1 }) =>
    middlePointRun(run, {}, (from, to) => {
      const { down, up } = ancestralSplit(from, to, eta)
      // Below very strong noise float32 leaves nothing (the reference's timesteps are NaN then).
      return { down: down || exactDown(from, to, eta), up: noiseFactor * up }
    }),
}

/** The sigma that a step goes down to, without the rounding of a difference of squares. */
function exactDown(from: number, to: number, eta: number): number {
  return to * Math.sqrt(1 - eta ** 2 + (eta * to) ** 2 / from ** 2)
}
