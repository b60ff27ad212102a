import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { noiseSchedule } from '../../../src/engine/sampling/noise/noise-schedule.ts'
import { levelOf } from '../../../src/engine/sampling/preconditioning.ts'
import type { Sampler, SchedulerConfig } from '../../../src/engine/sampling/sampler.ts'
import {
  type SamplerChoice,
  samplerChoices,
  samplerLabel,
  samplerName,
  takesSchedules,
} from '../../../src/engine/sampling/sampler-names.ts'
import { samplerKinds } from '../../../src/engine/sampling/sampler-registry.ts'
import { euler } from '../../../src/engine/sampling/samplers/euler.ts'
import { schedules } from '../../../src/engine/sampling/schedule-registry.ts'

/** A U-Net that has learnt one picture by heart: it tells the noise in what it sees exactly. */
function knowsBy(heart: Float32Array, config: SchedulerConfig) {
  const { sigmas } = noiseSchedule(config, true)
  return (input: Float32Array, t: number): Float32Array => {
    const low = Math.max(Math.floor(t), 0)
    const from = sigmas[low] ?? 0
    const sigma = from + (t - low) * ((sigmas[low + 1] ?? from) - from)
    const level = levelOf(sigma)
    return input.map((x, k) => {
      const clean = heart[k] ?? 0
      const noise = (x - level.alpha * clean) / level.sigma
      return config.prediction === 'epsilon' ? noise : level.alpha * noise - level.sigma * clean
    })
  }
}

function run(
  sampler: Sampler,
  model: (input: Float32Array, t: number) => Float32Array,
  seed: number,
  size: number,
) {
  const random = new TorchRandom(seed)
  let latents: Float32Array = random.randn(size).map(x => x * sampler.initNoiseSigma)
  let predictedClean: Float32Array = latents
  for (const [i, t] of sampler.timesteps.entries()) {
    latents = sampler.churn?.(latents, i, () => random.randn(size)) ?? latents
    const before = latents.slice()
    const output = model(sampler.scaleInput(latents, i), t)
    const step = sampler.step(output, i, latents, () => random.randn(size))
    // A comparison of our own: this runs some 300,000 times.
    const isUntouched = latents.every((value, k) => Object.is(value, before[k]))
    if (!isUntouched) expect(latents, 'a step leaves its input alone').toEqual(before)
    latents = step.latents
    predictedClean = step.predictedClean
  }
  return { latents, predictedClean }
}

const size = 64
const picture = new TorchRandom(99).randn(size)

/** Every sampler with every spread of its own; every rule over two schedules; every schedule under a plain rule. */
const levelSamplers = samplerKinds.filter(takesSchedules)
const scheduled = [
  ...levelSamplers.flatMap(kind => ['sgm_uniform', 'kl_optimal_a1111'].map(schedule => ({ kind, schedule }))),
  ...schedules.map(({ name }) => ({ kind: euler, schedule: name })),
].map(choice => ({ ...choice, sigmas: 'plain' as const }))
const choices = new Map<string, SamplerChoice>(
  [...samplerChoices(), ...scheduled].map(choice => [samplerName(choice), choice]),
)

describe.each([...choices].map(([name, choice]) => ({ name, choice })))('$name', ({ choice }) => {
  const config: SchedulerConfig = { ...sdxlSchedule, sigmas: choice.sigmas, schedule: choice.schedule }

  test.each([1, 2, 3, 8, 20, 50])('goes from noisy to clean in %i steps', steps => {
    const { timesteps, order, initNoiseSigma } = createSampler(choice.kind, config, steps)
    // Schedules that visit training sigmas may find a few more or fewer than they were asked for.
    const slack = choice.schedule === undefined ? 0 : 2
    expect(timesteps.length).toBeGreaterThanOrEqual(steps - slack)
    expect(timesteps.length).toBeLessThanOrEqual(order * (steps + slack) + 1)
    expect(timesteps.every(t => t >= 0 && t < config.trainTimesteps)).toBe(true)
    // The looks between two steps may go further down than the step itself (ancestral rules come up again).
    const steppedAt = timesteps.filter((_, i) => i % order === 0)
    expect(steppedAt.every((t, i) => i === 0 || t <= (steppedAt[i - 1] ?? 0))).toBe(true)
    expect(initNoiseSigma).toBeGreaterThan(0)
  })

  test.each(['epsilon', 'v_prediction'] as const)(
    'finds the picture that a perfect model knows (%s)',
    prediction => {
      const whole = { ...config, prediction }
      const sampler = createSampler(choice.kind, whole, 20)
      const { latents, predictedClean } = run(sampler, knowsBy(picture, whole), 1, size)
      const worst = (values: Float32Array): number =>
        values.reduce((most, value, k) => Math.max(most, Math.abs(value - (picture[k] ?? 0))), 0)
      expect(worst(predictedClean)).toBeLessThan(0.2)
      // Rules that end above zero noise keep that much of it.
      expect(worst(latents)).toBeLessThan(0.3)
    },
  )

  test('gives the same bytes for the same seed, and others for another', () => {
    const model = (x: Float32Array, t: number): Float32Array => x.map(v => 0.3 * v + 0.1 * Math.sin(t))
    const once = run(createSampler(choice.kind, config, 6), model, 5, size).latents
    expect(run(createSampler(choice.kind, config, 6), model, 5, size).latents).toEqual(once)
    expect(run(createSampler(choice.kind, config, 6), model, 6, size).latents).not.toEqual(once)
  })

  test('may begin at any step', () => {
    const steps = 10
    const model = knowsBy(picture, config)
    for (let begin = 0; begin < steps; begin++) {
      const sampler = createSampler(choice.kind, config, steps)
      let latents = sampler.addNoise(picture, new TorchRandom(3).randn(size), begin * sampler.order)
      for (let i = begin * sampler.order; i < sampler.timesteps.length; i++) {
        const output = model(sampler.scaleInput(latents, i), sampler.timesteps[i] ?? 0)
        latents = sampler.step(output, i, latents, () => new TorchRandom(4).randn(size)).latents
      }
      expect(latents.every(Number.isFinite)).toBe(true)
    }
  })

  test('stays finite whatever the config', async () => {
    await fc.assert(
      fc.property(
        fc.record({
          steps: fc.integer({ min: 1, max: 60 }),
          spacing: fc.constantFrom('leading', 'trailing', 'linspace'),
          prediction: fc.constantFrom('epsilon', 'v_prediction', 'sample'),
          betaSchedule: fc.constantFrom('linear', 'scaled_linear'),
          setAlphaToOne: fc.boolean(),
          eta: fc.constantFrom(undefined, 0, 0.5, 1),
          finalSigma: fc.constantFrom('zero', 'minimum'),
          seed: fc.nat(),
        }),
        ({ steps, seed, eta, ...overrides }) => {
          const whole = { ...config, ...overrides, ...(eta === undefined ? {} : { eta }) }
          const { latents } = run(createSampler(choice.kind, whole, steps), x => x.map(Math.tanh), seed, 16)
          return latents.every(Number.isFinite)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('has a name and a label of its own', () => {
    const others = [...choices.values()].filter(other => samplerName(other) !== samplerName(choice))
    expect(others.map(samplerLabel)).not.toContain(samplerLabel(choice))
  })
})
