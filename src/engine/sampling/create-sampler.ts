/** A run of a sampler: its rule over the levels of its own reference, of a schedule, or of an EDM model's noise. */
import { AppError } from '../../errors.ts'
import { edmLevels, scheduledLevels } from './k-diffusion-levels.ts'
import type { NoiseLevels } from './noise-levels.ts'
import type { LevelSampler, Sampler, SamplerKind, SchedulerConfig } from './sampler.ts'

/** @throws AppError internal where the rule knows training timesteps only and the config asks for more. */
export function createSampler(kind: SamplerKind, config: SchedulerConfig, steps: number): Sampler {
  if ('create' in kind) {
    if (config.schedule !== undefined || config.edm) {
      throw new AppError('internal', { problem: `${kind.label} works on training timesteps alone` })
    }
    return kind.create(config, steps)
  }
  // Beside a schedule, k-diffusion knows no first-order end of short runs.
  const options = config.schedule === undefined ? config.rule : { ...config.rule, lowerOrderFinal: false }
  return kind.rule(levelsFor(kind, config, steps), options ?? {})
}

function levelsFor(kind: LevelSampler, config: SchedulerConfig, steps: number): NoiseLevels {
  if (config.schedule !== undefined) {
    return scheduledLevels(config.schedule, config, steps, kind.discardsPenultimate)
  }
  return config.edm ? edmLevels(config, steps) : kind.levels(config, steps)
}
