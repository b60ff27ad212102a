/** Checks the presets and samplers in the configuration's settings of models. */
import type { Config } from '../config/config.ts'
import { findPreset, presets } from '../engine/sampling/presets.ts'
import { findSampler } from '../engine/sampling/sampler-names.ts'
import type { ConfigProblem } from '../errors/config-problem.ts'
import { AppError } from '../errors/errors.ts'

/**
 * Checks the configured presets and samplers. @throws AppError 'config' when a preset or sampler does not exist; names the first
 * one and the existing ones.
 */
export function checkModelSettings({ models }: Pick<Config, 'models'>): void {
  for (const [name, { preset, sampler }] of Object.entries(models)) {
    const key = `models.${name}`
    if (preset !== undefined && preset !== noPreset && !findPreset(preset)) {
      const known = [noPreset, ...presets.map(one => one.name)]
      throw wrong(`${key}.preset`, { what: 'preset-unknown', name: preset, known })
    }
    const found = sampler === undefined ? undefined : findSampler(sampler)
    if (sampler !== undefined && found?.kind === 'unknown') {
      throw wrong(`${key}.sampler`, { what: 'sampler-unknown', name: sampler, nearest: [...found.nearest] })
    }
  }
}

/** Disables the preset that a model's name selects. */
const noPreset = 'none'

function wrong(key: string, problem: ConfigProblem): AppError {
  return new AppError('config', { key, problem })
}
