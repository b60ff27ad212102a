/** What a request and a model say of the sampling: samplers, schedules, presets and the Refiner. */
import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { resolve } from '../../../src/app/resolve/resolve.ts'
import { defaultsOf } from '../../../src/app/views/catalogue.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { config, context, lone, orderOf, problemsOf, turbo } from './resolve-setup.ts'

describe('a model’s scheduler', () => {
  const scheduler = { zeroTerminalSnr: false, edm: false }
  const noticesOf = (request: Partial<ImagineRequest>, facts: ModelRecord['scheduler']) => {
    const model = { ...lone, name: 'special', sampler: 'euler', scheduler: facts }
    const resolved = resolve(
      { prompt: 'a cat', model: 'special', ...request },
      context({ catalogue: { models: [model], files: [] } }),
    )
    return resolved.kind === 'order' ? resolved.notices : resolved.problems
  }

  test('that is not supported is reported wherever its sampler would be the default', () => {
    const facts = { ...scheduler, notBuilt: { className: 'SASolverScheduler' } }
    expect(noticesOf({}, facts)).toEqual([
      {
        code: 'scheduler-not-built',
        details: { model: 'special', className: 'SASolverScheduler', sampler: 'Euler' },
      },
    ])
    expect(noticesOf({ sampler: 'heun' }, facts)).toEqual([])
  })

  test('that asks for zero terminal SNR: samplers without it say so', () => {
    const facts = { ...scheduler, zeroTerminalSnr: true }
    expect(noticesOf({ sampler: 'pndm' }, facts)).toMatchObject([
      { code: 'zero-snr-unused', details: { sampler: 'PNDM' } },
    ])
    expect(noticesOf({ sampler: 'euler' }, facts)).toEqual([])
    expect(noticesOf({ sampler: 'heun', schedule: 'normal' }, facts)).toEqual([])
  })

  test('of EDM: samplers that work on training timesteps cannot go through it', () => {
    const facts = { ...scheduler, edm: true }
    expect(noticesOf({ sampler: 'ddim' }, facts)).toEqual([
      { code: 'sampler-unsupported', details: { sampler: 'DDIM', model: 'special' } },
    ])
    expect(noticesOf({ sampler: 'heun' }, facts)).toEqual([])
  })
})

describe('schedules', () => {
  test.each([
    ['DPM++ SDE Karras', { sampler: 'dpmpp_sde', sigmas: 'karras' }],
    ['Euler SGM Uniform', { sampler: 'euler', sigmas: 'model', schedule: 'sgm_uniform' }],
    ['dpmpp_2m_sde_gpu', { sampler: 'dpmpp_2m_sde', sigmas: 'model' }],
  ])('%s is that sampler and no other', (sampler, sampling) => {
    expect(orderOf({ sampler }).sampling).toMatchObject(sampling)
  })

  test('one that is asked for replaces the one in the name', () => {
    expect(orderOf({ sampler: 'Euler SGM Uniform', schedule: 'KL Optimal' }).sampling.schedule).toBe(
      'kl_optimal',
    )
    expect(orderOf({ sampler: 'euler', schedule: 'Automatic' }).sampling.schedule).toBeUndefined()
  })

  test('an unknown one is refused with the nearest names', () => {
    expect(problemsOf({ schedule: 'sgm uniforn' })).toMatchObject([
      { code: 'schedule-unknown', details: { nearest: expect.arrayContaining(['sgm_uniform']) } },
    ])
  })

  test('a sampler that takes none says so', () => {
    expect(problemsOf({ sampler: 'ddim', schedule: 'karras' })).toEqual([
      { code: 'schedule-unsupported', details: { sampler: 'DDIM', schedule: 'Karras' } },
    ])
  })

  test('eta and churn go to the samplers that heed them; others say that they make no use of them', () => {
    expect(orderOf({ sampler: 'euler_a', eta: 0.5 }).sampling).toMatchObject({ noise: { eta: 0.5 } })
    expect(orderOf({ sampler: 'ddim', eta: 0.5 }).sampling).toMatchObject({ eta: 0.5 })
    expect(orderOf({ sampler: 'heun', churn: 5 }).sampling.noise?.churn?.amount).toBe(5)
    const resolved = resolve({ prompt: 'a cat', sampler: 'unipc', eta: 0.5, churn: 5 }, context())
    expect(resolved).toMatchObject({
      kind: 'order',
      notices: [
        { code: 'flag-unused', details: { flag: '--eta', sampler: 'UniPC multistep' } },
        { code: 'flag-unused', details: { flag: '--churn', sampler: 'UniPC multistep' } },
      ],
    })
  })

  test.each([
    { sampler: 'dpmpp_sde', schedule: 'sgm_uniform', eta: 0.7 },
    { sampler: 'heun', churn: 5 },
    { sampler: 'dpmpp_2m', schedule: 'ays' },
  ])('%o comes back from its order', request => {
    const order = orderOf(request)
    const again = requestOf({ order })
    expect(again).toMatchObject(request)
    expect(again && orderOf(again)).toEqual(order)
  })
})

describe('names', () => {
  test('near ones are offered', () => {
    expect(problemsOf({ sampler: 'euler ancestrl' })).toMatchObject([
      { code: 'sampler-unknown', details: { nearest: expect.arrayContaining(['euler_a']) } },
    ])
    expect(problemsOf({ model: 'sdlx' })).toMatchObject([
      { code: 'model-unknown', details: { known: ['sdxl'] } },
    ])
  })

  test.each([
    '../demo',
    './demo',
    'demo/../demo',
    '/etc/passwd',
    'models/demo',
    'demo\0',
    '%2e%2e/demo',
    '__proto__',
    'constructor',
    '',
  ])('a model is one of the list, never a path: %j', model => {
    expect(problemsOf({ model })).toMatchObject([{ code: 'model-unknown' }])
    // Nor is anything that every object has.
    for (const name of ['sampler', 'preset', 'style'] as const) {
      if (model !== '') expect(problemsOf({ [name]: model })).toMatchObject([{ code: `${name}-unknown` }])
    }
  })

  test('a sampler’s name may bring its sigmas, and they must suit it', () => {
    expect(orderOf({ sampler: 'DPM++ 2M Karras' }).sampling).toMatchObject({
      sampler: 'dpmpp_2m',
      sigmas: 'karras',
    })
    expect(problemsOf({ sampler: 'lcm', sigmas: 'karras' })).toMatchObject([
      { code: 'sampler-unknown', details: { name: 'lcm_karras', nearest: expect.arrayContaining(['lcm']) } },
    ])
  })

  test('a preset sets what belongs together, and its own range of steps', () => {
    expect(orderOf({ preset: 'lightning' })).toMatchObject({
      sampling: { sampler: 'euler', steps: 4, guidance: 1, spacing: 'trailing', sigmas: 'plain' },
    })
    expect(orderOf({ preset: 'dmd2' }).sampling.timesteps).toEqual([999, 749, 499, 249])
    expect(problemsOf({ preset: 'lightning', steps: 30 })).toEqual([
      { code: 'out-of-range', details: { name: 'steps', value: 30, min: 2, max: 8 } },
    ])
    expect(problemsOf({ preset: 'ligthning' })).toMatchObject([{ code: 'preset-unknown' }])
  })

  test('a model’s own preset holds without being named', () => {
    expect(defaultsOf(turbo, config)).toMatchObject({ steps: 1, guidance: 1, sampler: 'euler_a' })
    expect(orderOf({ model: 'turbo' }).sampling).toMatchObject({
      sampler: 'euler_a',
      steps: 1,
      guidance: 1,
      spacing: 'trailing',
    })
  })

  test('a style wraps the prompt, and adds what it does not want', () => {
    expect(orderOf({ style: 'ink', negative: 'fog' }).prompt).toMatchObject({
      positive: 'ink drawing of a cat, black lines',
      negative: 'fog, colour',
    })
    expect(orderOf({ style: 'plain' }).prompt).toMatchObject({
      positive: 'a cat, masterpiece',
      negative: null,
    })
    // A prompt is text, also where it looks like a replacement pattern.
    expect(orderOf({ style: 'ink', prompt: "$& $' {prompt}" }).prompt.positive).toBe(
      "ink drawing of $& $' {prompt}, black lines",
    )
  })
})

describe('the Refiner', () => {
  test('takes part in the model’s own way or the one that is named', () => {
    expect(orderOf({ refine: true }).refinement).toEqual({
      way: 'after',
      model: { name: 'demo', hash: 'demo-refiner-hash' },
      strength: 0.3,
      steps: 20,
      guidance: 3,
      aesthetic: { positive: 6, negative: 2.5 },
    })
    expect(orderOf({ refine: 'ensemble' }).refinement).toMatchObject({ way: 'ensemble', split: 0.8 })
  })

  test('is asked for by its flags too, in the way that they belong to', () => {
    expect(orderOf({ refineSplit: 0.6 }).refinement).toMatchObject({ way: 'ensemble', split: 0.6 })
    expect(
      orderOf({ refineStrength: 0.5, refineSteps: 40, refineGuidance: 4, refineScore: 8 }).refinement,
    ).toMatchObject({ way: 'after', strength: 0.5, steps: 40, guidance: 4, aesthetic: { positive: 8 } })
    const advised = { ...config, models: { demo: { refiner: { score: 7 } } } }
    expect(orderOf({ refine: true }, { config: advised }).refinement?.aesthetic.positive).toBe(7)
  })

  test.each<[Partial<ImagineRequest>, string]>([
    [{ refine: 'after', refineSplit: 0.5 }, '--refine-split goes with --refine ensemble.'],
    [{ refine: false, refineScore: 5 }, '--refine-score goes with --refine on.'],
    [{ refineSplit: 0.5, refineSteps: 5 }, '--refine-split goes with --refine ensemble.'],
    [{ refineSplit: 1 }, 'refine-split is 1, but must be from 0.01 to 0.99.'],
    [{ refineScore: 11 }, 'refine-score is 11, but must be from 0 to 10.'],
    [{ refineSteps: 0, refineStrength: 1 }, 'refine-steps is 0, but must be from 1 to 150.'],
    [{ refineStrength: 0.01 }, 'With strength 0.01 and 20 steps no step would run; use at least 0.05.'],
    [{ model: 'lone', refineStrength: 0.5 }, 'There is no Refiner beside the model lone.'],
  ])('flags that contradict each other or are out of range are named: %j', (request, sentence) => {
    const [first] = problemsOf(request)
    expect(first && problemSentence(en, first)).toBe(sentence)
  })
})

describe('the sampling of a model', () => {
  test('follows its scheduler, or the preset of its name for few-step models', () => {
    const karras = { ...lone, name: 'mine', sampler: 'dpmpp_2m' }
    const lightning = { ...karras, name: 'Some-Lightning-4step' }
    const catalogue = { models: [karras, lightning], files: [] }
    expect(orderOf({ model: 'mine' }, { catalogue }).sampling.sampler).toBe('dpmpp_2m')
    expect(orderOf({ model: lightning.name }, { catalogue }).sampling).toMatchObject({
      sampler: 'euler',
      spacing: 'trailing',
      steps: 4,
      guidance: 1,
    })
    const plain = { ...config, models: { [lightning.name]: { preset: 'none' } } }
    expect(orderOf({ model: lightning.name }, { catalogue, config: plain }).sampling).toMatchObject({
      sampler: 'dpmpp_2m',
      steps: 30,
      guidance: 7,
    })
  })
})
