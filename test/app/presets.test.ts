/** Presets as they run: from what a person asks for to the timesteps that the sampler visits. */
import { describe, expect, test } from 'vitest'
import type { ImagineRequest } from '../../src/app/requests.ts'
import { resolveSampling } from '../../src/app/resolve/resolve-sampling.ts'
import { defaultsOf } from '../../src/app/views/catalogue.ts'
import { Findings } from '../../src/app/views/findings.ts'
import { loadConfig } from '../../src/config/config.ts'
import { setUpSampler } from '../../src/engine/pipeline/run-setup.ts'
import { parseSchedule, sdxlSchedulerFile } from '../../src/engine/sampling/diffusers/scheduler-config.ts'
import { presets } from '../../src/engine/sampling/presets.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { demoModel } from '../helpers/build-test-easel.ts'

const config = loadConfig(packageRoot, packageRoot)
const defaults = {
  ...defaultsOf(demoModel, config),
  preset: undefined,
  steps: 20,
  guidance: 7,
  sampler: 'euler',
}

function resolved(request: Partial<ImagineRequest>) {
  const findings = new Findings()
  const sampling = resolveSampling({ prompt: 'a cat', ...request }, defaults, config.limits, findings)
  return { sampling, problems: findings.problems }
}

function run(request: Partial<ImagineRequest>, file: object = sdxlSchedulerFile) {
  const { sampling, problems } = resolved(request)
  expect(problems).toEqual([])
  return { sampling, ...setUpSampler(sampling, parseSchedule(file, 'SDXL')) }
}

/** Timesteps that the makers' own examples visit. */
const published: [preset: string, steps: number, timesteps: number[]][] = [
  ['turbo', 1, [999]],
  ['turbo', 4, [999, 749, 499, 249]],
  ['lightning', 4, [999, 749, 499, 249]],
  ['lightning', 8, [999, 874, 749, 624, 499, 374, 249, 124]],
  ['lcm', 4, [999, 759, 499, 259]],
  ['hyper', 1, [800]],
  ['hyper', 2, [999, 499]],
  ['hyper', 4, [999, 749, 499, 249]],
  ['hyper', 8, [999, 874, 749, 624, 499, 374, 249, 124]],
  ['hyper-cfg', 8, [999, 874, 749, 624, 499, 374, 249, 124]],
  ['hyper-unified', 1, [999]],
  ['hyper-unified', 4, [999, 759, 499, 259]],
  ['lightning', 2, [999, 499]],
  ['dmd2', 4, [999, 749, 499, 249]],
  ['dmd2', 1, [399]],
]

describe('presets of few-step models', () => {
  test.each(published)('%s visits its published timesteps in %i steps', (preset, steps, timesteps) => {
    expect(run({ preset, steps }).sampler.timesteps).toEqual(timesteps)
  })

  /** As the makers' own examples set them; guidance 0 there is off, as 1 is here. */
  test.each([
    ['turbo', { sampler: 'euler_a', steps: 1, guidance: 1, spacing: 'trailing' }],
    ['lightning', { sampler: 'euler', steps: 4, guidance: 1, spacing: 'trailing' }],
    ['lcm', { sampler: 'lcm', steps: 4, guidance: 1.5, spacing: 'leading' }],
    ['hyper', { sampler: 'ddim', steps: 4, guidance: 1, spacing: 'trailing', eta: 0 }],
    ['hyper-unified', { sampler: 'tcd', steps: 4, guidance: 1, eta: 1 }],
    ['hyper-cfg', { sampler: 'ddim', steps: 8, guidance: 5, spacing: 'trailing', eta: 0 }],
    ['dmd2', { sampler: 'lcm', steps: 4, guidance: 1 }],
  ])('%s is set as it was published: %o', (preset, wanted) => {
    const karras = { ...sdxlSchedulerFile, use_karras_sigmas: true }
    const { sampling, config: schedule, steps } = run({ preset }, karras)
    const { sampler, guidance } = sampling
    expect({ ...schedule, sampler, steps, guidance }).toMatchObject({ ...wanted, sigmas: 'plain' })
  })

  test('are all held to what was published', () => {
    const held = new Set(published.map(([name]) => name))
    expect(presets.filter(({ name }) => !held.has(name))).toEqual([])
  })

  test('take their own number of steps where none is asked for, and none that they were not made for', () => {
    for (const { name: preset, defaultSteps, minSteps: min, maxSteps: max } of presets) {
      expect(resolved({ preset }).sampling.steps).toBe(defaultSteps)
      const refused = { code: 'out-of-range', details: { name: 'steps', value: max + 1, min, max } }
      expect(resolved({ preset, steps: max + 1 }).problems).toEqual([refused])
    }
  })
})
