/** schedulers/: where image to image starts, and where the Base hands over to the Refiner. */
import { z } from 'zod'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { baseSpan, refinerSpan, strengthSpan } from '../../../src/engine/sampling/noise/span.ts'
import { type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import {
  compareTimesteps,
  type Index,
  readIndex,
  samplerOf,
  scheduleOf,
  syntheticModel,
} from './schedulers.ts'

/** Largest float32 rounding seen over all samplers, times ten: the oracle's README, table of floors. */
const latentsLimit = 1e-4

const startSchema = z.object({
  cases: z.array(
    z.object({
      key: z.string(),
      sampler: z.string(),
      steps: z.number(),
      strength: z.number(),
      begin_index: z.number(),
      calls: z.number(),
    }),
  ),
})

const splitSchema = z.object({
  cases: z.array(
    z.object({
      sampler: z.string(),
      steps: z.number(),
      fraction: z.number(),
      all: z.array(z.number()),
      base: z.array(z.number()),
      refiner: z.array(z.number()),
      refiner_begin_index: z.number().nullable(),
    }),
  ),
})

export const imageToImageStart: Checker = {
  name: 'schedulers/img2img_start',
  async list(oracle) {
    const index = await readIndex(oracle)
    if (!index || !oracle.has('schedulers', 'img2img_start.json')) return []
    const { cases } = await oracle.json(startSchema, 'schedulers', 'img2img_start.json')
    return cases.map(one => startCase(oracle, index, one))
  },
}

export const expertSplit: Checker = {
  name: 'schedulers/denoising_split',
  async list(oracle) {
    const index = await readIndex(oracle)
    if (!index || !oracle.has('schedulers', 'denoising_split.json')) return []
    const { cases } = await oracle.json(splitSchema, 'schedulers', 'denoising_split.json')
    return cases.map(one => splitCase(index, one))
  },
}

function startCase(
  oracle: OracleFolder,
  index: Index,
  one: z.infer<typeof startSchema>['cases'][number],
): OracleCase {
  return {
    name: `schedulers/img2img_start ${one.key}`,
    run: async () => {
      const golden = await oracle.tensors('schedulers', 'img2img_start.safetensors')
      const sampler = samplerOf(referenceCase(index, one.sampler), one.steps)
      const model = syntheticModel(index)
      const random = new TorchRandom(index.step_generator_seed)
      const { first, end } = strengthSpan(sampler, one.steps, one.strength)

      const noised = sampler.addNoise(golden.floats('x0'), golden.floats('noise'), first)
      let latents = noised
      for (let i = first; i < end; i++) {
        const output = model(sampler.scaleInput(latents, i), sampler.timesteps[i] ?? Number.NaN)
        latents = sampler.step(output, i, latents, () => random.randn(noised.length)).latents
      }
      return [
        compareTimesteps(sampler.timesteps.slice(first), golden, `${one.key}.timesteps`),
        compare('begin and calls', [first, end - first], [one.begin_index, one.calls], 0),
        compare('noised', noised, golden.floats(`${one.key}.noised`), latentsLimit),
        compare('final latents', latents, golden.floats(`${one.key}.final`), latentsLimit),
      ]
    },
  }
}

function splitCase(index: Index, one: z.infer<typeof splitSchema>['cases'][number]): OracleCase {
  return {
    name: `schedulers/denoising_split ${one.sampler}.${one.steps}.${one.fraction}`,
    run: async () => {
      const reference = referenceCase(index, one.sampler)
      const sampler = samplerOf(reference, one.steps)
      const { config } = scheduleOf(reference)
      const base = baseSpan(sampler, config, one.fraction)
      const refiner = refinerSpan(sampler, config, one.fraction)
      const limit = one.all.every(Number.isInteger) ? 0 : 1e-2
      return [
        compare('all timesteps', sampler.timesteps, one.all, limit),
        compare('Base timesteps', sampler.timesteps.slice(base.first, base.end), one.base, limit),
        compare('Refiner timesteps', sampler.timesteps.slice(refiner.first, refiner.end), one.refiner, limit),
        // Samplers without an index of their own have none to compare.
        compare('Refiner begin', [refiner.first], [one.refiner_begin_index ?? refiner.first], 0),
      ]
    },
  }
}

/** These files name a sampler only; its class and config stand in the index, with the model's own spacing first. */
function referenceCase(index: Index, sampler: string): Index['cases'][number] {
  const found = index.cases.find(one => one.sampler === sampler)
  if (!found) throw new Error(`schedulers/index.json has no sampler ${sampler}`)
  return found
}
