import { expect, test } from 'vitest'
import { parseSchedule } from '../../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { noiseSchedule, preciseTrainingNoise } from '../../../../src/engine/sampling/noise/noise-schedule.ts'

/**
 * Of torch 2.13 on a CPU, by training timestep. The betas are those of Nichol and Dhariwal 2021 in float64:
 *   b = [min(1 - bar((i + 1) / 1000) / bar(i / 1000), 0.999) for i in range(1000)],
 *   bar = lambda t: cos((t + 0.008) / 1.008 * pi / 2) ** 2
 * and σ is ((1 - ᾱ) / ᾱ) ** 0.5 of ᾱ = cumprod(1 - tensor(b)), in float32 and in float64.
 */
const cosineSigmas = [
  [0, 0.006427108775824308, 0.006425412771142061],
  [1, 0.009351345710456371, 0.009350492835615258],
  [250, 0.4268367290496826, 0.4268367640785847],
  [500, 1.0155508518218994, 1.0155505505195104],
  [750, 2.4462790489196777, 2.446279154051933],
  [998, 641.6624145507812, 641.6623451182054],
  [999, 20291.302734375, 20291.169610019886],
] as const

test('squaredcos_cap_v2 gives torch’s σ, in float32 and in float64', () => {
  const json = { _class_name: 'EulerDiscreteScheduler', beta_schedule: 'squaredcos_cap_v2' }
  const { config, notBuilt } = parseSchedule(json, 'x')
  expect(notBuilt).toBeUndefined()
  const { sigmas } = noiseSchedule(config, true)
  const precise = preciseTrainingNoise(config).sigmas
  for (const [timestep, single, double] of cosineSigmas) {
    expect((sigmas[timestep] ?? 0) / single).toBeCloseTo(1, 6)
    expect((precise[timestep] ?? 0) / double).toBeCloseTo(1, 9)
  }
})
