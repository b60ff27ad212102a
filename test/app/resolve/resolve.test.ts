/** A request becomes an order: what is left out, sizes, bounds, sources and the request of an order. */
import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { resolve } from '../../../src/app/resolve/resolve.ts'
import { variantsOf, withWildcardsDrawn } from '../../../src/app/resolve/variants.ts'
import { Findings } from '../../../src/app/views/findings.ts'
import { admitted } from '../../helpers/admitted.ts'
import { config, context, orderOf, problemsOf } from './resolve-setup.ts'

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
      return orderOf(withWildcardsDrawn(variants, config, { uint32: () => 0 }, findings)[0] ?? {})
    }
    const order = again({ seed: 5, ...request })
    expect(again(requestOf({ order }) ?? {})).toEqual(order)
    expect(findings.problems).toEqual([])
  })
})
