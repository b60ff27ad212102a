/** samplers/: k-diffusion's rules over the UIs' schedules, with the oracle's synthetic model in place of a U-Net. */
import { z } from 'zod'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { roundHalfToEven } from '../../../src/engine/sampling/arithmetic.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { withoutPenultimate } from '../../../src/engine/sampling/noise/k-diffusion-levels.ts'
import { levelsOfSigmas, trainingNoiseOf } from '../../../src/engine/sampling/noise/noise-levels.ts'
import { timestepOf } from '../../../src/engine/sampling/noise/timesteps.ts'
import type { DrawNoise, RuleOptions, Sampler } from '../../../src/engine/sampling/sampler.ts'
import { findSampler } from '../../../src/engine/sampling/sampler-names.ts'
import type { SigmaSchedule } from '../../../src/engine/sampling/schedule.ts'
import { schedules } from '../../../src/engine/sampling/schedule-registry.ts'
import { karrasSchedule } from '../../../src/engine/sampling/schedules/karras.ts'
import { polyexponentialSchedule } from '../../../src/engine/sampling/schedules/polyexponential.ts'
import { type Check, type Checker, compare } from '../case.ts'
import type { Tensors } from '../tensors.ts'
import { joined, syntheticModel } from './schedulers.ts'

const optionsSchema = z.strictObject({
  eta: z.number().optional(),
  s_noise: z.number().optional(),
  s_churn: z.number().optional(),
  s_tmin: z.number().default(0),
  s_tmax: z.number().default(Number.POSITIVE_INFINITY),
  r: z.number().optional(),
  solver_type: z.enum(['midpoint', 'heun']).optional(),
})

const caseSchema = z.object({
  sampler: z.string(),
  k_diffusion: z.string(),
  options: optionsSchema,
  /** `schedule.steps`. */
  key: z.string(),
  model_calls: z.number(),
  allow: z.number(),
})
type Case = z.infer<typeof caseSchema>

const indexSchema = z.object({
  a: z.number(),
  b: z.number(),
  c: z.number(),
  d: z.number(),
  e: z.number(),
  noise_source: z.string(),
  cases: z.array(caseSchema),
})

const schedulesSchema = z.object({ lengths: z.record(z.string(), z.number()), allow_relative: z.number() })

/** The README's table of floors: ten floors of the case, at least this. */
const leastLimit = 1e-5

export const uiSchedules: Checker = {
  name: 'samplers/schedules',
  async list(oracle) {
    if (!oracle.has('samplers', 'schedules.json')) return []
    const { lengths, allow_relative } = await oracle.json(schedulesSchema, 'samplers', 'schedules.json')
    const golden = await oracle.tensors('samplers', 'schedules.safetensors')
    const training = trainingNoiseOf(sdxlSchedule)
    return [
      ...Object.entries(lengths).map(([key, length]) => ({
        name: `samplers/schedules ${key}`,
        run: async () => {
          const sigmas = sigmasOfKey(key)
          return [
            compare('length', [sigmas.length], [length], 0),
            compareSigmas('sigmas', sigmas, golden.floats(key), allow_relative),
          ]
        },
      })),
      {
        name: 'samplers/schedules facts',
        run: async () => {
          const penultimate = withoutPenultimate(sigmasOfKey('karras.11'))
          const timesteps = sigmasOfKey('karras.10')
            .slice(0, -1)
            .map(sigma => timestepOf(training, sigma))
          const name = (text: string): Float32Array => golden.floats(text)
          return [
            compareSigmas('training sigmas', training.sigmas, name('training_sigmas'), allow_relative),
            compareSigmas(
              'without the penultimate',
              penultimate,
              name('penultimate_dropped.karras.10'),
              allow_relative,
            ),
            ...partial(golden, allow_relative),
            compare('fractional timesteps', timesteps, name('example_timestep_fractional'), 1e-2),
            compare('nearest timesteps', timesteps.map(roundHalfToEven), name('example_timestep_nearest'), 0),
          ]
        },
      },
    ]
  },
}

export const kDiffusionSamplers: Checker = {
  name: 'samplers',
  async list(oracle) {
    if (!oracle.has('samplers', 'index.json')) return []
    const index = await oracle.json(indexSchema, 'samplers', 'index.json')
    const unitNoise = (await oracle.tensors('samplers', 'unit_noise.safetensors')).floats('unit_noise')
    const seed = Number(/seed (\d+)/.exec(index.noise_source)?.[1])
    const model = syntheticModel(index)
    return index.cases.map(one => ({
      name: `samplers/${one.sampler} ${one.key}`,
      run: async () => {
        const golden = await oracle.tensors('samplers', `${one.sampler}.safetensors`)
        return measure(one, samplerOf(one), model, unitNoise, seed, golden)
      },
    }))
  },
}

/** Parts of lists that the two UIs run where a picture is the start: `a1111_strength<s>.<key>`, `comfyui_denoise<d>.<key>`. */
function partial(golden: Tensors, allowed: number): Check[] {
  return golden.names.flatMap(name => {
    const { ui, share, key } =
      /^(?<ui>a1111_strength|comfyui_denoise)(?<share>[\d.]+?)\.(?<key>[a-z_]+\.\d+)$/.exec(name)?.groups ??
      {}
    if (ui === undefined || share === undefined || key === undefined) return []
    const [schedule = '', steps = 0] = [key.split('.')[0], Number(key.split('.')[1])]
    const run = Math.floor(Math.min(Number(share), 0.999) * steps)
    const sigmas =
      ui === 'a1111_strength'
        ? sigmasOfKey(key).slice(steps - run - 1)
        : sigmasOfKey(`${schedule}.${Math.floor(steps / Number(share))}`).slice(-(steps + 1))
    return [compareSigmas(name, sigmas, golden.floats(name), allowed)]
  })
}

/** `schedule.steps`, the schedule's name with its ρ where it has one. */
function sigmasOfKey(key: string): number[] {
  const { name, steps } = /^(?<name>.+)\.(?<steps>\d+)$/.exec(key)?.groups ?? {}
  if (name === undefined) throw new Error(`${key} names no schedule and steps`)
  return scheduleOf(name).sigmas(trainingNoiseOf(sdxlSchedule), Number(steps)).map(Math.fround)
}

/** Where the two UIs differ, the one whose rule the engine's plain name has. */
const plainNames: Readonly<Record<string, string>> = {
  beta_a1111: 'beta',
  kl_optimal_comfyui: 'kl_optimal',
  ays_comfyui: 'ays',
}

function scheduleOf(name: string): SigmaSchedule {
  const [, family, rho] = /^(karras|polyexponential)_rho([\d.]+)$/.exec(name) ?? []
  if (family === 'karras') return karrasSchedule(Number(rho))
  if (family === 'polyexponential') return polyexponentialSchedule(Number(rho))
  const wanted = plainNames[name] ?? name
  const schedule = schedules.find(one => one.name === wanted)
  if (!schedule) throw new Error(`no schedule stands for ${name}`)
  return schedule
}

function compareSigmas(what: string, ours: ArrayLike<number>, golden: Float32Array, allowed: number): Check {
  const scaled = (values: ArrayLike<number>): number[] =>
    Array.from(values, (value, i) => (golden[i] ? value / golden[i] : value))
  return compare(what, scaled(ours), scaled(golden), allowed)
}

function samplerOf(one: Case): Sampler {
  const lookup = findSampler(one.k_diffusion)
  if (lookup.kind === 'unknown' || !('rule' in lookup.choice.kind)) {
    throw new Error(`no rule over noise levels stands for ${one.k_diffusion}`)
  }
  return lookup.choice.kind.rule(levelsOfSigmas(sdxlSchedule, sigmasOfKey(one.key)), ruleOptions(one))
}

function ruleOptions({ options }: Case): RuleOptions {
  const { eta, s_noise, s_churn, s_tmin, s_tmax, r, solver_type } = options
  return {
    eta,
    noiseFactor: s_noise,
    churn: s_churn === undefined ? undefined : { amount: s_churn, from: s_tmin, to: s_tmax },
    middle: r,
    solver: solver_type,
    lowerOrderFinal: false,
  }
}

function measure(
  one: Case,
  sampler: Sampler,
  model: ReturnType<typeof syntheticModel>,
  unitNoise: Float32Array,
  seed: number,
  golden: Tensors,
): Check[] {
  const tensor = (name: string): Float32Array => golden.floats(`${one.key}.${name}`)
  const limit = Math.max(one.allow, leastLimit)
  const random = new TorchRandom(seed)
  const draw: DrawNoise = () => random.randn(unitNoise.length)
  const initial = unitNoise.map(value => value * sampler.initNoiseSigma)
  const entered: Float32Array[] = []
  const cleans: Float32Array[] = []
  let latents: Float32Array = initial
  for (const [i, t] of sampler.timesteps.entries()) {
    latents = sampler.churn?.(latents, i, draw) ?? latents
    const { latents: next, predictedClean } = sampler.step(
      model(sampler.scaleInput(latents, i), t),
      i,
      latents,
      draw,
    )
    if (i % sampler.order === 0) {
      entered.push(latents)
      cleans.push(predictedClean)
    }
    latents = next
  }
  const checks = [
    compareSigmas('sigmas', sigmasOfKey(one.key), tensor('sigmas'), 1e-5),
    compare('model calls', [sampler.timesteps.length], [one.model_calls], 0),
    compare('timesteps', sampler.timesteps, tensor('model_call_timesteps'), 1e-2),
    compare('initial latents', initial, tensor('initial_latents'), 1e-5 * sampler.initNoiseSigma),
    compare('final latents', latents, tensor('final'), limit),
  ]
  if (golden.has(`${one.key}.denoised_of_step`)) {
    checks.push(
      compare('latents at each step', joined(entered), tensor('x_at_model_call_of_step'), limit),
      compare('clean latents of each step', joined(cleans), tensor('denoised_of_step'), limit),
    )
  }
  return checks
}
