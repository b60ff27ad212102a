import { describe, expect, test } from 'vitest'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { requestOf } from '../../../src/app/resolve/request-of-job.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { drawn, variantsOf } from '../../../src/app/resolve/variants.ts'
import { defaultsOf } from '../../../src/app/views/catalogue.ts'
import { Findings } from '../../../src/app/views/findings.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { type PaintOrder, workOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { fakeExpertParts, fakeStorage } from '../../fakes/fake-models.ts'
import { admitted } from '../../helpers/admitted.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'

const defaults = loadConfig(packageRoot, packageRoot)
const sdxl: ModelRecord = {
  name: 'sdxl',
  parts: fakeExpertParts,
  storage: fakeStorage,
  hash: 'sdxl-hash',
  sizeStepPx: 8,
  nativeSidePx: 1024,
  refiner: { parts: fakeExpertParts, storage: fakeStorage, hash: 'refiner-hash', sizeStepPx: 8 },
}
const lone: ModelRecord = { ...sdxl, name: 'lone', refiner: undefined }
const config = {
  ...defaults,
  styles: [
    { name: 'Ink', prompt: 'ink drawing of {prompt}, black lines', negative: 'colour' },
    { name: 'plain', prompt: 'masterpiece', negative: '' },
  ],
  models: { ...defaults.models, turbo: { preset: 'turbo' } },
}
const turbo: ModelRecord = { ...lone, name: 'turbo' }

function context(changes: Partial<ResolveContext> = {}): ResolveContext {
  return {
    catalogue: { models: [demoModel, sdxl, lone, turbo], files: [] },
    config,
    settings: {},
    seed: 4711,
    ...changes,
  }
}

function orderOf(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>): PaintOrder {
  const resolved = resolve({ prompt: 'a cat', ...request }, context(changes))
  if (resolved.kind === 'refused') throw new Error(JSON.stringify(resolved.problems))
  // Whatever is accepted must also pass the gate to the workers.
  workOrder.parse(resolved.order)
  return resolved.order
}

function problemsOf(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>) {
  const resolved = resolve({ prompt: 'a cat', ...request }, context(changes))
  return resolved.kind === 'refused' ? resolved.problems : []
}

describe('what is left out', () => {
  test('comes from the model, and chance only as the seed', () => {
    expect(orderOf({})).toEqual({
      kind: 'paint',
      model: { name: 'demo', hash: 'demo-base-hash' },
      prompt: { positive: 'a cat', positive2: undefined, negative: null, clipSkip: 0, syntax: 'a1111' },
      widthPx: 128,
      heightPx: 128,
      count: 1,
      seed: 4711,
      sampling: {
        sampler: 'euler',
        sigmas: 'model',
        spacing: 'model',
        steps: 20,
        guidance: 7,
        guidanceRescale: 0,
        guidanceInterval: [0, 1],
        eta: undefined,
        timesteps: undefined,
      },
      source: undefined,
      refinement: undefined,
      fast: false,
    })
  })

  test('comes from the person first, and the request before the person', () => {
    const settings = {
      model: 'sdxl',
      size: { widthPx: 768, heightPx: 512 },
      count: 2,
      negative: 'fog',
      refine: true,
    }
    expect(orderOf({}, { settings })).toMatchObject({
      model: { name: 'sdxl' },
      widthPx: 768,
      heightPx: 512,
      count: 2,
      prompt: { negative: 'fog' },
      refinement: { way: 'ensemble', model: { hash: 'refiner-hash' } },
    })
    expect(orderOf({ model: 'DEMO', count: 1, negative: '', refine: false }, { settings })).toMatchObject({
      model: { name: 'demo' },
      count: 1,
      prompt: { negative: '' },
      refinement: undefined,
    })
  })

  test('a person’s model that is gone is named, and the default one paints', () => {
    const resolved = resolve({ prompt: 'a cat' }, context({ settings: { model: 'gone' } }))
    expect(resolved).toMatchObject({
      kind: 'order',
      order: { model: { name: 'demo' } },
      notices: [{ code: 'model-unknown', details: { name: 'gone' } }],
    })
  })

  test('a person’s own refine does not refuse a model without Refiner, but asking does', () => {
    expect(orderOf({ model: 'lone' }, { settings: { refine: true } }).refinement).toBeUndefined()
    expect(problemsOf({ model: 'lone', refine: true })).toEqual([
      { code: 'no-refiner', details: { model: 'lone' } },
    ])
  })
})

describe('a VAE in place of the model’s own', () => {
  const vae = (name: string, config: object): FileRecord => ({
    kind: 'vae',
    name,
    family: 'SDXL',
    hash: `${name}-hash`,
    storage: fakeStorage,
    vae: { ...fakeExpertParts.networks.vae, config: { ...config } },
  })
  const files = [vae('Fixed', {}), vae('wide', { latent_channels: 16 })]
  const catalogue = { models: [demoModel], files }

  test('is in the order with its hash, for the Refiner too', () => {
    const order = orderOf({ vae: 'fixed', refine: true }, { catalogue })
    const expected = { name: 'Fixed', hash: 'Fixed-hash' }
    expect(order.model.vae).toEqual(expected)
    expect(order.refinement?.model.vae).toEqual(expected)
  })

  test('that does not exist or has other latents is refused with the existing names', () => {
    expect(problemsOf({ vae: 'fixd' }, { catalogue })).toEqual([
      { code: 'vae-unknown', details: { name: 'fixd', known: ['Fixed'] } },
    ])
    expect(problemsOf({ vae: 'wide' }, { catalogue })).toEqual([
      { code: 'vae-unfit', details: { vae: 'wide', model: 'demo', found: 16, expected: 4 } },
    ])
    expect(problemsOf({ vae: 'fixed' })).toMatchObject([{ code: 'vae-unknown', details: { known: [] } }])
  })
})

describe('sizes', () => {
  test.each([
    ['demo', { width: 3, height: 2 }, [160, 104]],
    ['sdxl', { width: 1, height: 1 }, [1024, 1024]],
    ['sdxl', { width: 16, height: 9 }, [1368, 768]],
    ['sdxl', { width: 9, height: 16 }, [768, 1368]],
    ['sdxl', { width: 4, height: 1 }, [2048, 512]],
  ])('%s at %o is %o', (model, aspect, size) => {
    const { widthPx, heightPx } = orderOf({ model, aspect })
    expect([widthPx, heightPx]).toEqual(size)
  })

  test('are any multiples of 8, where the Refiner takes part too', () => {
    for (const refine of [false, true]) {
      const size = { widthPx: 72, heightPx: 136 }
      expect(orderOf({ size, refine })).toMatchObject(size)
    }
    expect(problemsOf({ size: { widthPx: 100, heightPx: 160 } })).toEqual([
      {
        code: 'size-step',
        details: { widthPx: 100, heightPx: 160, stepPx: 8, nearestWidthPx: 104, nearestHeightPx: 160 },
      },
    ])
  })

  test.each([
    [
      { widthPx: 0, heightPx: 128 },
      { minPx: 8, maxPx: 512 },
    ],
    [
      { widthPx: 128, heightPx: 1024 },
      { minPx: 8, maxPx: 512 },
    ],
    [
      { widthPx: Number.NaN, heightPx: 128 },
      { minPx: 8, maxPx: 512 },
    ],
  ])('%o is out of range', (size, range) => {
    expect(problemsOf({ size })).toEqual([{ code: 'size-range', details: { ...size, ...range } }])
  })

  test('of too many pixels name the largest square', () => {
    const size = { widthPx: 4096, heightPx: 4096 }
    expect(problemsOf({ model: 'sdxl', size })).toEqual([
      { code: 'size-range', details: { ...size, minPx: 8, maxPx: 2048 } },
    ])
  })

  test('an aspect beyond 4:1 is out of range', () => {
    expect(problemsOf({ aspect: { width: 100, height: 1 } })).toEqual([
      { code: 'out-of-range', details: { name: 'ar', value: 100, min: 0.25, max: 4 } },
    ])
  })

  test('of a source are kept if the model can paint them, otherwise fitted', () => {
    const source = { id: 'p', widthPx: 96, heightPx: 128 }
    expect(orderOf({}, admitted({ source }))).toMatchObject({ widthPx: 96, heightPx: 128 })
    const photo = { id: 'p', widthPx: 4000, heightPx: 3000 }
    expect(orderOf({}, admitted({ source: photo }))).toMatchObject({ widthPx: 152, heightPx: 112 })
  })
})

test('a seed of -1 is one by chance', () => {
  expect(orderOf({ seed: -1 }).seed).toBe(4711)
})

describe('out of range', () => {
  test.each([
    [{ steps: 0 }, 'steps', 0, 1, 150],
    [{ steps: 151 }, 'steps', 151, 1, 150],
    [{ steps: 2.5 }, 'steps', 2.5, 1, 150],
    [{ guidance: 51 }, 'cfg', 51, 0, 50],
    [{ guidance: Number.NaN }, 'cfg', Number.NaN, 0, 50],
    [{ count: 5 }, 'n', 5, 1, 4],
    [{ count: 0 }, 'n', 0, 1, 4],
    [{ seed: -2 }, 'seed', -2, 0, Number.MAX_SAFE_INTEGER - 1000],
    [{ guidanceRescale: 1.5 }, 'rescale', 1.5, 0, 1],
    [{ clipSkip: 11 }, 'clip-skip', 11, 0, 10],
    [{ eta: -0.1 }, 'eta', -0.1, 0, 1],
  ])('%o is named with the range', (request, name, value, min, max) => {
    expect(problemsOf(request)).toEqual([{ code: 'out-of-range', details: { name, value, min, max } }])
  })

  test('an interval that falls is refused', () => {
    expect(problemsOf({ guidanceInterval: [0.8, 0.2] })).toMatchObject([{ code: 'out-of-range' }])
  })

  test('everything wrong is said at once', () => {
    const problems = problemsOf({ prompt: ' ', steps: 0, count: 9, sampler: 'eulr', style: 'inc' })
    expect(problems.map(({ code }) => code).sort()).toEqual([
      'out-of-range',
      'out-of-range',
      'prompt-empty',
      'sampler-unknown',
      'style-unknown',
    ])
  })

  test('a prompt is measured in characters, not code units', () => {
    expect(problemsOf({ prompt: '🎨'.repeat(4000) })).toEqual([])
    expect(problemsOf({ prompt: '🎨'.repeat(4001) })).toEqual([
      { code: 'text-too-long', details: { field: 'prompt', length: 4001, limit: 4000 } },
    ])
  })
})

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

describe('embeddings', () => {
  const parts = [
    { tensor: 'clip_l', vectors: 1, width: 64, encoder: 'first' as const },
    { tensor: 'clip_g', vectors: 1, width: 128, encoder: 'second' as const },
  ]
  const storage = { layout: 'file' as const, path: '/nowhere', bytes: 0, dtypes: [] }
  const record = { kind: 'embedding' as const, name: 'my-cat', family: 'SDXL', hash: 'cat-hash', storage }
  const files = [
    { ...record, embedding: parts },
    { ...record, name: 'wide-cat', embedding: [{ tensor: 'emb_params', vectors: 1, width: 768 }] },
  ]
  const narrow = { ...lone, name: 'narrow', textWidths: { first: 64, second: 128 } }
  const catalogue = { models: [narrow], files }
  const asked = (request: Partial<ImagineRequest>) =>
    resolve({ prompt: 'a photo', model: 'narrow', ...request }, context({ catalogue }))

  test('that the prompts name are part of the order, with their hashes', () => {
    const resolved = asked({ prompt: 'a photo of my-cat', negative: 'my-cat' })
    if (resolved.kind === 'refused') expect.fail(JSON.stringify(resolved.problems))
    expect(workOrder.parse(resolved.order)).toMatchObject({
      prompt: {
        embeddings: [
          {
            name: 'my-cat',
            parts: [
              { file: 'my-cat', hash: 'cat-hash', tensor: 'clip_l' },
              { file: 'my-cat', hash: 'cat-hash', tensor: 'clip_g' },
            ],
          },
        ],
      },
    })
    expect(asked({ prompt: 'a dog' })).toMatchObject({ order: { prompt: { embeddings: undefined } } })
  })

  test('of another width are refused with both', () => {
    expect(asked({ prompt: 'wide-cat' })).toMatchObject({
      problems: [{ code: 'embedding-width', details: { name: 'wide-cat', width: 768, expected: [64, 128] } }],
    })
  })

  test('that are none are refused with the nearest', () => {
    expect(asked({ prompt: 'embedding:my-cart' })).toMatchObject({
      problems: [{ code: 'embedding-unknown', details: { name: 'my-cart', nearest: ['my-cat'] } }],
    })
  })
})

describe('marks in prompts', () => {
  const noticesOf = (request: Partial<ImagineRequest>) => {
    const resolved = resolve({ prompt: 'a cat', ...request }, context())
    return resolved.kind === 'order' ? resolved.notices : resolved.problems
  }

  test('are read by the configured rule unless the request names one', () => {
    expect(orderOf({}).prompt.syntax).toBe('a1111')
    const comfy = { config: { ...config, prompts: 'comfyui' as const } }
    expect(orderOf({}, comfy).prompt.syntax).toBe('comfyui')
    expect(orderOf({ syntax: 'easel' }, comfy).prompt.syntax).toBe('easel')
  })

  test.each([
    [{ prompt: 'a cat AND a dog' }, 'prompt-foreign'],
    [{ prompt: 'cat::2 dog' }, 'prompt-foreign'],
    [{ prompt: 'a cat --v 6' }, 'prompt-foreign'],
    [{ prompt: '<hypernet:pixel:0.8> a cat' }, 'network-unused'],
    [{ prompt: '[cat:dog:0.5]', syntax: 'comfyui' as const }, 'prompt-foreign'],
    [{ prompt: 'red BREAK blue', syntax: 'comfyui' as const }, 'prompt-foreign'],
  ])('that mean nothing here are remarked on: %o', (request, code) => {
    expect(noticesOf(request)).toMatchObject([{ code }])
  })

  test.each(['red circle BREAK blue background', '[cat:dog:0.5]', '[cat|dog]', '(cat:1.2) [dog]'])(
    'of A1111 need no word: %s',
    prompt => expect(noticesOf({ prompt })).toEqual([]),
  )

  test.each(['a1111', 'comfyui', 'easel'] as const)('come back from an order of %s', syntax => {
    const order = orderOf({ prompt: 'a (red:1.2) cat', syntax })
    const again = requestOf({ order })
    expect(again && orderOf(again)).toEqual(order)
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

describe('sources and masks', () => {
  const source = { id: 'picture', widthPx: 128, heightPx: 128 }

  test('a strength too low for one step names the least that does something', () => {
    expect(problemsOf({ strength: 0.04 }, admitted({ source }))).toEqual([
      { code: 'strength-too-low', details: { strength: 0.04, steps: 20, minimum: 0.05 } },
    ])
    expect(orderOf({ strength: 0.05 }, admitted({ source })).source).toEqual({
      pictureId: 'picture',
      strength: 0.05,
      maskId: undefined,
    })
    expect(problemsOf({ strength: 1.2 }, admitted({ source }))).toMatchObject([{ code: 'out-of-range' }])
  })

  test('a mask or a strength without a picture is refused', () => {
    expect(
      problemsOf({ mask: { kind: 'stored', pictureId: 'mask' }, strength: 0.5 }).map(({ code }) => code),
    ).toEqual(['mask-without-source', 'strength-without-source'])
    const mask = { id: 'a file of the command line', widthPx: 128, heightPx: 128 }
    expect(problemsOf({}, admitted({ mask })).map(({ code }) => code)).toEqual(['mask-without-source'])
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
    [{ refineStrength: 0.01 }, 'With strength 0.01 and 20 steps not one step would run; use at least 0.05.'],
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

describe('the request of an order', () => {
  test.each<Partial<ImagineRequest>>([
    { preset: 'dmd2' },
    { preset: 'hyper', steps: 1 },
    { preset: 'lightning', negative: '' },
    { sampler: 'dpmpp_2m_sde_karras', guidanceRescale: 0.5, guidanceInterval: [0.1, 0.9], clipSkip: 2 },
    { refine: 'after', refineStrength: 0.5, refineSteps: 40, refineGuidance: 4, refineScore: 8.5 },
    { refineSplit: 0.6, refineScore: 3 },
    { prompt: String.raw`\{a, b\} \__c\__`, prompt2: 'd', refine: 'ensemble', fast: true, eta: 0.5 },
  ])('resolves to the same order again: %j', request => {
    const findings = new Findings()
    const again = (one: Partial<ImagineRequest>) => {
      const variants = variantsOf({ prompt: 'a cat', ...one }, config.limits, findings)
      return orderOf(drawn(variants, config, { uint32: () => 0 }, findings)[0] ?? {})
    }
    const order = again({ seed: 5, ...request })
    expect(again(requestOf({ order }) ?? {})).toEqual(order)
    expect(findings.problems).toEqual([])
  })
})
