/** Training timesteps: the selection for a run, and the conversion between timesteps and sigmas. */
import { at, linspace, roundHalfToEven } from '../arithmetic.ts'
import type { SchedulerConfig } from '../sampler.ts'
import type { TrainingNoise } from './noise-schedule.ts'

/**
 * Timesteps from noisy to clean; Lin et al. 2023, table 2.
 * `includesLast: false`, as in the DPM family: steps + 1 positions over the whole range, without the last one.
 */
export function spacedTimesteps(config: SchedulerConfig, steps: number, includesLast = true): number[] {
  if (config.timesteps) return [...config.timesteps]
  const total = config.trainTimesteps
  const places = includesLast ? steps : steps + 1
  switch (config.spacing) {
    case 'linspace':
      return linspace(0, total - 1, places)
        .map(t => (includesLast ? t : roundHalfToEven(t)))
        .reverse()
        .slice(0, steps)
    case 'leading': {
      const ratio = Math.floor(total / places)
      return Array.from({ length: steps }, (_, i) => (places - 1 - i) * ratio + config.stepsOffset)
    }
    case 'trailing': {
      // NumPy's arange multiplies the rounded difference of its first two values; it decides halves.
      const stride = total - (total - total / steps)
      return Array.from({ length: steps }, (_, i) => roundHalfToEven(total - i * stride) - 1)
    }
  }
}

/** σ of a fractional timestep as in diffusers: linear in σ, clamped at both ends. */
export function sigmaAt({ sigmas }: TrainingNoise, timestep: number): number {
  return interpolate(sigmas, timestep)
}

/** σ of a fractional timestep as in k-diffusion: linear in ln σ. */
export function sigmaAtInLogs({ logSigmas }: TrainingNoise, timestep: number): number {
  return Math.exp(interpolate(logSigmas, timestep))
}

function interpolate(values: ArrayLike<number>, position: number): number {
  const low = Math.min(Math.max(Math.floor(position), 0), values.length - 1)
  const high = Math.min(low + 1, values.length - 1)
  const share = Math.min(Math.max(position - low, 0), 1)
  return at(values, low) + share * (at(values, high) - at(values, low))
}

/** The fractional training timestep of a sigma: linear in ln σ, clamped at both ends. */
export function timestepOf({ logSigmas }: TrainingNoise, sigma: number): number {
  const log = Math.log(Math.max(sigma, 1e-10))
  let low = 0
  while (low < logSigmas.length - 2 && at(logSigmas, low + 1) <= log) low++
  const from = at(logSigmas, low)
  const share = Math.min(Math.max((from - log) / Math.fround(from - at(logSigmas, low + 1)), 0), 1)
  // As the reference writes it: `low + share` rounds otherwise, and some callers drop the fraction.
  return (1 - share) * low + share * (low + 1)
}
