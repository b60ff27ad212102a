/** Creates one run of a sampler over the levels of its own reference, of a schedule, or of an EDM model's noise. */
import { AppError } from '../../errors/errors.ts'
import { edmLevels, scheduledLevels } from './noise/k-diffusion-levels.ts'
import type { NoiseLevels } from './noise/noise-levels.ts'
import type { LevelSampler, Sampler, SamplerKind, SchedulerConfig } from './sampler.ts'

/**
 * One run of `kind` in `steps` steps.
 *
 * @example
 * const sampler = createSampler(euler, config, 20)
 * for (const i of sampler.timesteps.keys()) latents = sampler.step(await predict(i), i, latents, draw).latents
 *
 * @throws AppError 'internal' when the rule supports training timesteps only and the config has a schedule or EDM noise.
 */
export function createSampler(kind: SamplerKind, config: SchedulerConfig, steps: number): Sampler {
  if ('create' in kind) {
    if (config.schedule !== undefined || config.edm) {
      throw new AppError('internal', { problem: `${kind.label} works on training timesteps alone` })
    }
    return kind.create(config, steps)
  }
  // With a schedule, k-diffusion has no first-order last step for short runs.
  const options = config.schedule === undefined ? config.rule : { ...config.rule, lowerOrderFinal: false }
  return kind.rule(levelsFor(kind, config, steps), options ?? {})
}

function levelsFor(kind: LevelSampler, config: SchedulerConfig, steps: number): NoiseLevels {
  if (config.schedule !== undefined) {
    return scheduledLevels(config.schedule, config, steps, kind.discardsPenultimate)
  }
  return config.edm ? edmLevels(config, steps) : kind.levels(config, steps)
}
