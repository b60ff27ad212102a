import { describe, expect, test } from 'vitest'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { applyPreset, findPreset, presetOfFile, presets } from '../../../src/engine/sampling/presets.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/scheduler-config.ts'

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
  test.each(published)('%s visits its published timesteps in %i steps', (name, steps, timesteps) => {
    const preset = findPreset(name)
    expect(preset).toBeDefined()
    if (!preset) return
    const { sampler, config } = applyPreset(preset, sdxlSchedule, steps)
    expect(createSampler(sampler.kind, config, steps).timesteps).toEqual(timesteps)
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
  ])('%s is set as it was published: %o', (name, wanted) => {
    const preset = findPreset(name)
    if (!preset) expect.fail(`no preset ${name}`)
    const { sampler, config, steps, guidance } = applyPreset(preset, { ...sdxlSchedule, sigmas: 'karras' })
    expect({ sampler: sampler.kind.name, steps, guidance, ...config }).toMatchObject({
      ...wanted,
      sigmas: 'plain',
    })
  })

  test('are all held to what was published', () => {
    const held = new Set(published.map(([name]) => name))
    expect(presets.filter(({ name }) => !held.has(name))).toEqual([])
  })

  test('bring any number of steps into their range', () => {
    for (const preset of presets) {
      expect(applyPreset(preset, sdxlSchedule, 50).steps).toBe(preset.maxSteps)
      expect(applyPreset(preset, sdxlSchedule).steps).toBe(preset.defaultSteps)
    }
  })

  test.each([
    ['sd_xl_turbo_1.0_fp16.safetensors', 'turbo'],
    ['sdxl_lightning_4step_unet.safetensors', 'lightning'],
    ['pytorch_lora_weights_lcm-sdxl', 'lcm'],
    ['Hyper-SDXL-4steps-lora.safetensors', 'hyper'],
    ['Hyper-SDXL-8steps-CFG-lora.safetensors', 'hyper-cfg'],
    ['Hyper-SDXL-12steps-CFG-lora.safetensors', 'hyper-cfg'],
    ['Hyper-SDXL-1step-lora.safetensors', 'hyper-unified'],
    ['dmd2_sdxl_4step_unet_fp16.safetensors', 'dmd2'],
    ['sd_xl_base_1.0.safetensors', undefined],
  ])('are recognised in %s', (file, name) => expect(presetOfFile(file)?.name).toBe(name))
})
