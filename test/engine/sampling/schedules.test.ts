import { describe, expect, test } from 'vitest'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { preciseTrainingNoise } from '../../../src/engine/sampling/noise/noise-schedule.ts'
import { schedules } from '../../../src/engine/sampling/schedule-registry.ts'

const training = preciseTrainingNoise(sdxlSchedule)

describe.each(schedules)('$name', schedule => {
  test.each([1, 2, 3, 5, 8, 20, 50, 150])('falls from noise to its end in %i steps', steps => {
    const sigmas = schedule.sigmas(training, steps)
    expect(sigmas.length).toBeGreaterThanOrEqual(2)
    for (const [i, sigma] of sigmas.entries()) {
      expect(sigma).toBeGreaterThanOrEqual(0)
      if (i > 0) expect(sigma).toBeLessThan(sigmas[i - 1] ?? 0)
    }
    // The single step of DDIM Uniform begins at its least.
    if (steps > 1) expect(sigmas[0]).toBeGreaterThan(1)
  })

  test('ends without noise, but for the one that is known not to', () => {
    const last = schedule.sigmas(training, 10).at(-1)
    expect(last).toBeCloseTo(schedule.name === 'kl_optimal_a1111' ? 0.0292 : 0, 4)
  })
})

test('a schedule has a name and a label of its own', () => {
  expect(new Set(schedules.map(({ name }) => name)).size).toBe(schedules.length)
  expect(new Set(schedules.map(({ label }) => label)).size).toBe(schedules.length)
})
