/** UniPC against numbers that were computed independently: test/golden/unipc/reference.py has the formulas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { setUpSampler } from '../../../src/engine/pipeline/run-setup.ts'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import {
  configFor,
  parseSchedule,
  sdxlSchedulerFile,
} from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { findSampler } from '../../../src/engine/sampling/sampler-names.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const numbers = z.array(z.number())
const golden = z
  .object({
    noise: numbers,
    cases: z.array(
      z.object({
        way: z.enum(['a1111', 'comfyui', 'diffusers']),
        schedule: z.string().optional(),
        variant: z.enum(['bh1', 'bh2']),
        order: z.number(),
        steps: z.number(),
        timesteps: numbers,
        calls: z.array(numbers),
        final: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/golden/unipc/unipc.json'), 'utf8')))
type Case = (typeof golden.cases)[number]

/** What a person names, and the file of a diffusers model, for each case. */
function samplerOf({ way, schedule, variant, order, steps }: Case) {
  const names = { a1111: { bh1: 'UniPC', bh2: 'UniPC bh2' }, comfyui: { bh1: 'uni_pc', bh2: 'uni_pc_bh2' } }
  const file = { ...sdxlSchedulerFile, _class_name: 'UniPCMultistepScheduler' }
  const model = parseSchedule({ ...file, solver_type: variant, solver_order: order }, 'x')
  if (way === 'diffusers') return createSampler(model.sampler.kind, model.config, steps)
  const lookup = findSampler(names[way][variant])
  if (lookup.kind === 'unknown') throw new Error('the name is not known')
  const { kind } = lookup.choice
  return createSampler(kind, { ...configFor(model, kind, true), schedule }, steps)
}

function network(input: Float32Array, timestep: number): Float32Array {
  return input.map(y => 0.3 * y + 0.1 * Math.sin(3 * y) + 0.05 * Math.cos(timestep / 100))
}

function worst(ours: ArrayLike<number>, theirs: readonly number[]): number {
  return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? Number.NaN))), 0)
}

describe.each(['a1111', 'comfyui', 'diffusers'] as const)('UniPC as %s runs it', way => {
  test.each(golden.cases.filter(one => one.way === way))(
    '$variant of order $order, $schedule $steps steps: every call and the end are the reference’s',
    one => {
      const sampler = samplerOf(one)
      expect(worst(sampler.timesteps, one.timesteps)).toBeLessThan(1e-2)
      expect(sampler.timesteps).toHaveLength(one.timesteps.length)
      let latents: Float32Array = Float32Array.from(golden.noise, x => x * sampler.initNoiseSigma)
      // ComfyUI's latents begin at σ·noise and have the clean part's scale.
      const scale = Math.max(1, sampler.initNoiseSigma)
      for (const [i, timestep] of sampler.timesteps.entries()) {
        expect(worst(latents, one.calls[i] ?? [])).toBeLessThan(2e-5 * scale)
        latents = sampler.step(network(sampler.scaleInput(latents, i), timestep), i, latents, noDraw).latents
      }
      expect(worst(latents, one.final)).toBeLessThan(2e-5 * scale)
    },
  )
})

test.each([
  [20, 20],
  [30, 31],
])('of %i steps A1111’s UniPC makes %i, and the run counts them', (steps, made) => {
  const sampling = { ...aPaintOrder().sampling, sampler: 'unipc_bh1', steps }
  const setup = setUpSampler(sampling, parseSchedule(sdxlSchedulerFile, 'x'))
  expect(setup.sampler.timesteps).toHaveLength(made)
  expect(setup.steps).toBe(made)
})

function noDraw(): Float32Array {
  throw new Error('UniPC draws nothing')
}
