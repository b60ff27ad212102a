import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { betaQuantile } from '../../../src/engine/sampling/beta-quantile.ts'
import { samplerName } from '../../../src/engine/sampling/sampler-names.ts'
import {
  parseSchedule,
  readScheduleFile,
  sdxlSchedule,
} from '../../../src/engine/sampling/scheduler-config.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

describe('parseSchedule', () => {
  test("takes SDXL's values for missing keys", () => {
    expect(parseSchedule({}, 'x').config).toEqual(sdxlSchedule)
  })

  test.each([
    [{ _class_name: 'EulerAncestralDiscreteScheduler' }, 'euler_a'],
    [{ _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }, 'dpmpp_2m_karras'],
    [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++' }, 'dpmpp_2m_sde'],
    [{ _class_name: 'SomethingNewScheduler' }, 'euler'],
  ])('names the sampler of %j', (json, name) => {
    expect(samplerName(parseSchedule(json, 'x').sampler)).toBe(name)
  })

  test.each([
    [{ beta_schedule: 'squaredcos_cap_v2' }, 'beta_schedule'],
    [{ trained_betas: [0.1] }, 'trained_betas'],
    [{ interpolation_type: 'log_linear' }, 'interpolation_type'],
    [{ num_train_timesteps: 'many' }, 'num_train_timesteps'],
    [{ timestep_type: 'continuous' }, 'timestep_type'],
    [{ use_flow_sigmas: true }, 'use_flow_sigmas'],
    [{ _class_name: 'EDMEulerScheduler', sigma_data: 0.5 }, 'sigma_data'],
  ])('refuses by name what it cannot do: %j', (json, key) => {
    expect(() => parseSchedule(json, 'scheduler_config.json')).toThrow(
      expect.objectContaining({ code: 'model-config', details: expect.objectContaining({ key }) }),
    )
  })
})

test('a file as Python writes it, with an infinity, is read', async () => {
  const file = join(tempFolder(), 'scheduler_config.json')
  writeFileSync(
    file,
    '{ "_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "steps_offset": 1 }',
  )
  expect(samplerName((await readScheduleFile(file)).sampler)).toBe('dpmpp_2m')
})

test('betaQuantile inverts the arcsine law exactly: Beta(1/2, 1/2) has quantile sin²(πp/2)', () => {
  for (const p of [0, 0.01, 0.2, 0.5, 0.77, 0.999, 1]) {
    expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 12)
  }
})
