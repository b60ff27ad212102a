/** Checks the presets and samplers in the configuration's settings of models. */
import type { Config } from '../config/config.ts'
import { findPreset, presets } from '../engine/sampling/presets.ts'
import { findSampler } from '../engine/sampling/sampler-names.ts'
import type { ConfigIssue } from '../errors/config-problem.ts'
import { wrongConfig } from '../errors/errors.ts'

/** Checks the configured presets and samplers. @throws AppError 'config' when some do not exist; names all of them and the existing ones. */
export function checkModelSettings({ models }: Pick<Config, 'models'>): void {
  const issues: ConfigIssue[] = []
  for (const [name, { preset, sampler }] of Object.entries(models)) {
    const key = `models.${name}`
    if (preset !== undefined && preset !== noPreset && !findPreset(preset)) {
      const known = [noPreset, ...presets.map(one => one.name)]
      issues.push({ key: `${key}.preset`, problem: { what: 'preset-unknown', name: preset, known } })
    }
    const found = sampler === undefined ? undefined : findSampler(sampler)
    if (sampler !== undefined && found?.kind === 'unknown') {
      const nearest = [...found.nearest]
      issues.push({ key: `${key}.sampler`, problem: { what: 'sampler-unknown', name: sampler, nearest } })
    }
  }
  const wrong = wrongConfig(issues)
  if (wrong) throw wrong
}

/** Disables the preset that a model's name selects. */
const noPreset = 'none'
