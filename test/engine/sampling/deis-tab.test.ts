/** ComfyUI's DEIS against numbers that were computed independently: test/golden/deis-tab/reference.py has the formulas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { deisTab } from '../../../src/engine/sampling/samplers/deis-tab.ts'
import { packageRoot } from '../../../src/system/paths.ts'

const numbers = z.array(z.number())
const golden = z
  .object({
    noise: numbers,
    cases: z.array(z.object({ steps: z.number(), sigmas: numbers, calls: z.array(numbers), final: numbers })),
  })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/golden/deis-tab/deis-tab.json'), 'utf8')))

function network(input: Float32Array, sigma: number): Float32Array {
  return input.map(y => 0.3 * y + 0.1 * Math.sin(3 * y) + 0.05 * Math.cos(Math.log(sigma)))
}

/** The largest difference, relative to the largest value. */
function worst(ours: ArrayLike<number>, theirs: readonly number[]): number {
  const largest = Math.max(...theirs.map(Math.abs))
  return (
    theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? Number.NaN))), 0) / largest
  )
}

test.each(golden.cases)('in $steps steps every call and the end are the reference’s', one => {
  const sampler = createSampler(deisTab, { ...sdxlSchedule, schedule: 'karras' }, one.steps)
  let latents: Float32Array = Float32Array.from(golden.noise, x => x * sampler.initNoiseSigma)
  for (const i of sampler.timesteps.keys()) {
    expect(worst(latents, one.calls[i] ?? [])).toBeLessThan(1e-5)
    const output = network(sampler.scaleInput(latents, i), one.sigmas[i] ?? 0)
    latents = sampler.step(output, i, latents, noDraw).latents
  }
  expect(worst(latents, one.final)).toBeLessThan(1e-5)
})

function noDraw(): Float32Array {
  throw new Error('DEIS draws nothing')
}
