/** schedulers/: every sampler against the reference, with the oracle's synthetic model in place of a U-Net. */
import { z } from 'zod'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { type ModelSchedule, parseSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import type { DrawNoise, Sampler } from '../../../src/engine/sampling/sampler.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'

const caseSchema = z.object({
  sampler: z.string(),
  cls: z.string(),
  key: z.string(),
  config: z.record(z.string(), z.unknown()),
  step_kwargs: z.object({ eta: z.number().optional() }).default({}),
  steps: z.number(),
  order: z.number(),
  init_noise_sigma: z.number(),
  draws_per_call: z.array(z.number()),
  floor_max_abs_f32_vs_f64: z.number(),
})
type Case = z.infer<typeof caseSchema>

const indexSchema = z.object({
  a: z.number(),
  b: z.number(),
  c: z.number(),
  d: z.number(),
  e: z.number(),
  step_generator_seed: z.number(),
  cases: z.array(caseSchema),
})
export type Index = z.infer<typeof indexSchema>

/** Rounding costs a float32 implementation at least this much at values of about 1, whatever a lucky floor says. */
const leastLimit = 1e-6

export const schedulers: Checker = {
  name: 'schedulers',
  async list(oracle) {
    const index = await readIndex(oracle)
    if (!index) return []
    const start = (await oracle.tensors('schedulers', 'index.safetensors')).floats('unit_noise')
    return index.cases.map(one => schedulerCase(oracle, index, one, start))
  },
}

export async function readIndex(oracle: OracleFolder): Promise<Index | undefined> {
  if (!oracle.has('schedulers', 'index.json')) return undefined
  return oracle.json(indexSchema, 'schedulers', 'index.json')
}

type ClassAndConfig = Pick<Case, 'cls' | 'config' | 'step_kwargs'>

/** What a case's class and effective config mean to the engine. */
export function scheduleOf(one: ClassAndConfig): ModelSchedule {
  const schedule = parseSchedule({ ...one.config, _class_name: one.cls }, one.cls)
  if (schedule.notBuilt) throw new Error(`no sampler stands for ${one.cls}`)
  const { eta } = one.step_kwargs
  return eta === undefined ? schedule : { ...schedule, config: { ...schedule.config, eta } }
}

export function samplerOf(one: ClassAndConfig, steps: number): Sampler {
  const { config, sampler } = scheduleOf(one)
  return createSampler(sampler.kind, config, steps)
}

/** The oracle's stand-in for a U-Net: a·x + b·sin(c·x) + d·cos(t/e). */
export function syntheticModel(
  index: Pick<Index, 'a' | 'b' | 'c' | 'd' | 'e'>,
): (x: Float32Array, t: number) => Float32Array {
  return (x, t) =>
    x.map(value => index.a * value + index.b * Math.sin(index.c * value) + index.d * Math.cos(t / index.e))
}

function schedulerCase(oracle: OracleFolder, index: Index, one: Case, start: Float32Array): OracleCase {
  return {
    name: `schedulers/${one.sampler} ${one.key}`,
    run: async () => {
      const golden = await oracle.tensors('schedulers', `${one.sampler}.safetensors`)
      return measure(index, one, start, golden)
    },
  }
}

function measure(index: Index, one: Case, start: Float32Array, golden: Tensors): Check[] {
  const sampler = samplerOf(one, one.steps)
  const model = syntheticModel(index)
  const random = new TorchRandom(index.step_generator_seed)
  const limit = Math.max(10 * one.floor_max_abs_f32_vs_f64, leastLimit)
  const tensor = (name: string): Float32Array => golden.floats(`${one.key}.${name}`)

  const initial = start.map(value => value * sampler.initNoiseSigma)
  const draws: number[] = []
  const inputs: Float32Array[] = []
  const afterStep: Float32Array[] = []
  let latents: Float32Array = initial
  for (const [i, t] of sampler.timesteps.entries()) {
    let drawn = 0
    const draw: DrawNoise = () => {
      drawn++
      return random.randn(latents.length)
    }
    const input = sampler.scaleInput(latents, i)
    latents = sampler.step(model(input, t), i, latents, draw).latents
    draws.push(drawn)
    inputs.push(input)
    afterStep.push(latents)
  }

  const checks = [
    compareTimesteps(sampler.timesteps, golden, `${one.key}.timesteps`),
    compare('order', [sampler.order], [one.order], 0),
    compare('draws per call', draws, one.draws_per_call, 0),
    compare('initial sigma', [sampler.initNoiseSigma], [one.init_noise_sigma], 1e-5 * one.init_noise_sigma),
    compare('final latents', latents, tensor('final'), limit),
  ]
  const optional = (name: string, ours: () => Float32Array, allowed: number): void => {
    if (golden.has(`${one.key}.${name}`)) checks.push(compare(name, ours(), tensor(name), allowed))
  }
  optional('initial_latents', () => initial, 1e-5 * one.init_noise_sigma)
  const onTheWay = Math.max(limit, stepRounding(initial))
  optional('model_inputs', () => joined(inputs).slice(0, tensor('model_inputs').length), onTheWay)
  optional('latents_after_step', () => joined(afterStep), onTheWay)
  return checks
}

/**
 * Two spacings of float32 at the largest value that a run begins with. The floors were taken on final latents; on the
 * way a step x + slope·Δσ rounds at the size of x, which zero terminal SNR starts at 4096 and then forgets.
 */
function stepRounding(initial: Float32Array): number {
  const largest = initial.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return 2 * 2 ** (Math.floor(Math.log2(largest)) - 23)
}

/** Whole timesteps must be equal; fractional ones come from logarithms and may differ as sigmas may, by 1e-5 of their range. */
export function compareTimesteps(ours: readonly number[], golden: Tensors, name: string): Check {
  const expected = golden.floats(name)
  return compare('timesteps', ours, expected, expected.every(Number.isInteger) ? 0 : 1e-2)
}

export function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, one) => sum + one.length, 0))
  let offset = 0
  for (const one of arrays) {
    all.set(one, offset)
    offset += one.length
  }
  return all
}
