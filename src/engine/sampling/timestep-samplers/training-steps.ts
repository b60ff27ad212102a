/** Steps of the DDIM family: whole timesteps, each with the level of that training timestep. */
import { at, roundHalfToEven } from '../arithmetic.ts'
import { callFrame } from '../noise/noise-levels.ts'
import { type NoiseSchedule, noiseSchedule } from '../noise/noise-schedule.ts'
import { spacedTimesteps } from '../noise/timesteps.ts'
import {
  levelOfAlpha,
  type NoiseLevel,
  type Preconditioning,
  preservingPreconditioning,
  withClipping,
} from '../preconditioning.ts'
import type { Sampler, SchedulerConfig } from '../sampler.ts'

export interface TrainingSteps {
  readonly timesteps: readonly number[]
  readonly levels: readonly NoiseLevel[]
  /** Training timesteps between two steps: 1000 // steps, independent of the spacing. */
  readonly stride: number
  /** The level of any training timestep; the final level for a timestep below 0. */
  level(timestep: number): NoiseLevel
}

export function trainingSteps(config: SchedulerConfig, steps: number): TrainingSteps {
  return onTrainingSteps(config, spacedTimesteps(config, steps).map(roundHalfToEven))
}

export function onTrainingSteps(config: SchedulerConfig, timesteps: readonly number[]): TrainingSteps {
  const schedule = noiseSchedule(config, false)
  const final = config.setAlphaToOne ? levelOfAlpha(1) : levelOfTimestep(schedule, 0)
  const level = (timestep: number): NoiseLevel => (timestep < 0 ? final : levelOfTimestep(schedule, timestep))
  return {
    timesteps,
    levels: timesteps.map(level),
    stride: Math.floor(config.trainTimesteps / timesteps.length),
    level,
  }
}

function levelOfTimestep({ alphasCumulated }: NoiseSchedule, timestep: number): NoiseLevel {
  return levelOfAlpha(at(alphasCumulated, Math.min(timestep, alphasCumulated.length - 1)))
}

/**
 * The timesteps of models distilled on a coarse schedule (LCM, TCD): every k-th training timestep counted from
 * the end of each interval, of which `steps` are taken at equal distances. More steps than that make the schedule finer.
 */
export function distilledTimesteps(config: SchedulerConfig, steps: number): number[] {
  if (config.timesteps) return [...config.timesteps]
  const count = Math.max(config.originalSteps, steps)
  const k = Math.floor(config.trainTimesteps / count)
  const stride = count / steps
  return Array.from({ length: steps }, (_, i) => (count - Math.floor(i * stride)) * k - 1)
}

/** Preconditioning of the DDIM family (variance preserving). */
export function trainingPreconditioning({ prediction, clipRange }: SchedulerConfig): Preconditioning {
  return withClipping(preservingPreconditioning(prediction), clipRange)
}

/** Everything but the step; the run starts from unit noise. */
export function trainingFrame(
  preconditioning: Preconditioning,
  timesteps: readonly number[],
  levels: readonly NoiseLevel[],
): Omit<Sampler, 'step'> {
  return callFrame({ preconditioning, initNoiseSigma: 1 }, { order: 1, timesteps, levels })
}
