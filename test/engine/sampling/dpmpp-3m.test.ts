/** DPM++ 3M against numbers that were computed independently: test/golden/dpmpp-3m/reference.py has the formulas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import {
  configFor,
  parseSchedule,
  sdxlSchedulerFile,
} from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { samplerName } from '../../../src/engine/sampling/sampler-names.ts'
import { packageRoot } from '../../../src/system/paths.ts'

const numbers = z.array(z.number())
const golden = z
  .object({
    noise: numbers,
    cases: z.array(
      z.object({ steps: z.number(), timesteps: numbers, calls: z.array(numbers), final: numbers }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/golden/dpmpp-3m/dpmpp-3m.json'), 'utf8')))

const file = { ...sdxlSchedulerFile, _class_name: 'DPMSolverMultistepScheduler', solver_order: 3 }

function network(input: Float32Array, timestep: number): Float32Array {
  return input.map(y => 0.3 * y + 0.1 * Math.sin(3 * y) + 0.05 * Math.cos(timestep / 100))
}

function worst(ours: ArrayLike<number>, theirs: readonly number[]): number {
  return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? Number.NaN))), 0)
}

test.each(golden.cases)('in $steps steps every call and the end are the reference’s', one => {
  const model = parseSchedule(file, 'x')
  expect(samplerName(model.sampler)).toBe('dpmpp_3m')
  const { kind } = model.sampler
  const sampler = createSampler(kind, configFor(model, kind, false), one.steps)
  expect(sampler.timesteps).toEqual(one.timesteps)
  let latents: Float32Array = Float32Array.from(golden.noise)
  for (const [i, timestep] of sampler.timesteps.entries()) {
    expect(worst(latents, one.calls[i] ?? [])).toBeLessThan(2e-5)
    latents = sampler.step(network(latents, timestep), i, latents, noDraw).latents
  }
  expect(worst(latents, one.final)).toBeLessThan(2e-5)
})

function noDraw(): Float32Array {
  throw new Error('DPM++ 3M draws nothing')
}
