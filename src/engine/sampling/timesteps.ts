/** Which timesteps a run visits, and the sigmas it goes through. */
import { at, linspace, roundHalfToEven } from './arithmetic.ts'
import { betaQuantile } from './beta-quantile.ts'
import type { NoiseSchedule } from './noise-schedule.ts'
import type { SchedulerConfig } from './sampler.ts'

/** A run's noise levels: one sigma per timestep, and the last one where the run ends. */
export interface Ladder {
  readonly timesteps: readonly number[]
  /** One more than timesteps. */
  readonly sigmas: readonly number[]
}

/**
 * Timesteps from noisy to clean; Lin et al. 2023, table 2.
 * `includesLast: false` is the DPM family's way: of steps + 1 places over the whole range the last is left out.
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
    case 'trailing':
      return Array.from({ length: steps }, (_, i) => roundHalfToEven(total - i * (total / steps)) - 1)
  }
}

/** The ladder of Euler and its relatives: the spread covers the sigmas of the chosen timesteps. */
export function chosenRangeLadder(config: SchedulerConfig, schedule: NoiseSchedule, steps: number): Ladder {
  const timesteps = spacedTimesteps(config, steps)
  const sigmas = timesteps.map(t => interpolate(schedule.sigmas, t))
  if (config.sigmas === 'plain') return ladder(timesteps, sigmas, 0)
  const spread = spreadSigmas(config.sigmas, at(sigmas, sigmas.length - 1), at(sigmas, 0), sigmas.length)
  return ladder(
    spread.map(sigma => timestepOf(schedule, sigma)),
    spread,
    0,
  )
}

/** The ladder of the DPM family: whole timesteps, and the spread covers the sigmas of the whole training. */
export function trainingRangeLadder(config: SchedulerConfig, schedule: NoiseSchedule, steps: number): Ladder {
  const least = at(schedule.sigmas, 0)
  const final = config.finalSigma === 'zero' ? 0 : least
  if (config.sigmas === 'plain') {
    const timesteps = spacedTimesteps(config, steps, false)
    return ladder(
      timesteps,
      timesteps.map(t => interpolate(schedule.sigmas, t)),
      final,
    )
  }
  const most = at(schedule.sigmas, schedule.sigmas.length - 1)
  const spread = spreadSigmas(config.sigmas, least, most, steps)
  const round = config.sigmas === 'karras' ? roundHalfToEven : Math.trunc
  return ladder(
    spread.map(sigma => round(timestepOf(schedule, sigma))),
    spread,
    final,
  )
}

/** The reference keeps both in float32. */
function ladder(timesteps: readonly number[], sigmas: readonly number[], final: number): Ladder {
  return { timesteps: timesteps.map(Math.fround), sigmas: [...sigmas, final].map(Math.fround) }
}

function spreadSigmas(
  spread: 'karras' | 'exponential' | 'beta',
  least: number,
  most: number,
  steps: number,
): number[] {
  switch (spread) {
    case 'karras': {
      // Karras et al. 2022, equation 5, with the paper's ρ = 7.
      const rho = 7
      return linspace(most ** (1 / rho), least ** (1 / rho), steps).map(root => root ** rho)
    }
    case 'exponential':
      return linspace(Math.log(most), Math.log(least), steps).map(Math.exp)
    case 'beta':
      // "Beta Sampling is All You Need", Lee et al. 2024: quantiles of Beta(0.6, 0.6).
      return linspace(1, 0, steps).map(share => least + betaQuantile(share, 0.6, 0.6) * (most - least))
  }
}

/** Linear between neighbouring entries, held at both ends. */
function interpolate(values: Float32Array, position: number): number {
  const low = Math.min(Math.max(Math.floor(position), 0), values.length - 1)
  const high = Math.min(low + 1, values.length - 1)
  const share = Math.min(Math.max(position - low, 0), 1)
  return at(values, low) + share * (at(values, high) - at(values, low))
}

/** The fractional training timestep whose sigma this is: linear in log σ, held at both ends. */
export function timestepOf({ logSigmas }: NoiseSchedule, sigma: number): number {
  const log = Math.log(Math.max(sigma, 1e-10))
  let low = 0
  while (low < logSigmas.length - 2 && at(logSigmas, low + 1) <= log) low++
  const from = at(logSigmas, low)
  const share = (from - log) / Math.fround(from - at(logSigmas, low + 1))
  return low + Math.min(Math.max(share, 0), 1)
}

/** DPM2's way with Karras sigmas: whole timesteps at the steps (those between stay fractional). */
export function roundedIfKarras(config: SchedulerConfig, timesteps: readonly number[]): number[] {
  return timesteps.map(t => (config.sigmas === 'karras' ? roundHalfToEven(t) : t))
}
