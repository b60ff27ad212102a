/**
 * DPM2 ancestral. Matches diffusers' KDPM2AncestralDiscreteScheduler: DPM2 down below the target level, then noise up
 * to it. Noise is drawn in the second call of each step only; the last step has none. Limits: η = 1.
 */
import { middlePointRun } from './dpm2.ts'
import { ancestralSplit } from './euler-ancestral.ts'
import type { SamplerKind } from './sampler.ts'

export const dpm2Ancestral: SamplerKind = {
  name: 'dpm2_a',
  label: 'DPM2 a',
  diffusersClass: 'KDPM2AncestralDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create: (config, steps) => middlePointRun(config, steps, ancestralSplit),
}
