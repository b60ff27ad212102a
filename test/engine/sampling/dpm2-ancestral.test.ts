import { describe, expect, test } from 'vitest'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { dpm2Ancestral } from '../../../src/engine/sampling/samplers/dpm2-ancestral.ts'

describe('DPM2 a', () => {
  test('calls the U-Net twice in every step but the last, also where float32 leaves nothing below the first one', () => {
    const config = { ...sdxlSchedule, betaSchedule: 'squaredcos_cap_v2', spacing: 'linspace' } as const
    const { timesteps } = createSampler(dpm2Ancestral, config, 6)
    expect(timesteps).toHaveLength(11)
    // The second calls lie between their step's ends.
    expect(timesteps).toEqual(timesteps.toSorted((a, b) => b - a))
  })
})
