/** The model calls of a rule that calls the U-Net at the start of each step and between its two levels. */
import { callFrame, type NoiseLevels } from '../../noise/noise-levels.ts'
import { explodingLevel, type NoiseLevel } from '../../preconditioning.ts'
import type { Sampler } from '../../sampler.ts'
import { twoCallsPerStep } from '../../two-calls.ts'

/** `middles`: the sigma of each second call. `levels`: the noise level of each call. */
export function middleCalls(
  run: NoiseLevels,
  middles: readonly number[],
): { frame: Omit<Sampler, 'step'>; levels: NoiseLevel[] } {
  const levels = twoCallsPerStep(run.levels.slice(0, -1), middles.map(explodingLevel))
  const timesteps = twoCallsPerStep(run.timesteps, middles.map(run.timestepOf))
  return { frame: callFrame(run, { order: 2, timesteps, levels }), levels }
}
