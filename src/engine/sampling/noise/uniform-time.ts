/** The noise levels of A1111's UniPC: evenly spaced times, from all noise to the smallest training σ. */
import { at, linspace } from '../arithmetic.ts'
import { type NoiseLevel, preservingPreconditioning } from '../preconditioning.ts'
import type { SchedulerConfig } from '../sampler.ts'
import { type NoiseLevels, trainingNoiseOf } from './noise-levels.ts'
import { timestepOf } from './timesteps.ts'

/**
 * Variance preserving levels at fractional timesteps; ln α is linear between training timesteps. The run ends at timestep
 * 0, not at σ = 0. As in A1111, it has as many steps as there are multiples of ⌊1000/steps⌋ below 1000: 31 for 30.
 */
export function uniformTime(config: SchedulerConfig, steps: number): NoiseLevels {
  const total = config.trainTimesteps
  const count = Math.ceil(total / Math.max(Math.floor(total / steps), 1))
  const training = trainingNoiseOf(config)
  const timesteps = linspace(total - 1, 0, count + 1)
  const levels = timesteps.map(timestep => levelAtTime(training.sigmas, timestep))
  return {
    timesteps: timesteps.slice(0, -1).map(Math.fround),
    levels,
    sigmas: levels.map(({ alpha, sigma }) => sigma / alpha),
    initNoiseSigma: 1,
    preconditioning: preservingPreconditioning(config.prediction),
    timestepOf: sigma => timestepOf(training, sigma),
  }
}

function levelAtTime(sigmas: ArrayLike<number>, timestep: number): NoiseLevel {
  const low = Math.min(Math.floor(timestep), sigmas.length - 2)
  const logAlpha = (t: number): number => -Math.log1p(at(sigmas, t) ** 2) / 2
  const log = logAlpha(low) + (timestep - low) * (logAlpha(low + 1) - logAlpha(low))
  return { alpha: Math.exp(log), sigma: Math.sqrt(-Math.expm1(2 * log)) }
}
