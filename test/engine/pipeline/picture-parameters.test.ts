import { describe, expect, test } from 'vitest'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import {
  buildParameters,
  parseParameters,
  recipeOf,
  workOrderOf,
} from '../../../src/engine/image/parameters/parameters.ts'
import { parametersOfPicture } from '../../../src/engine/pipeline/picture-parameters.ts'
import { type UpscaleOrder, workOrder } from '../../../src/engine/work-order.ts'
import { pngWith } from '../../helpers/pictures/foreign-pictures.ts'
import { aPicture } from '../../helpers/pictures/pictures.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const made = { version: 'Easel 0.1.0', upscaler: 'Lanczos' }
const source = new TextEncoder().encode('abc')
/** sha256 of "abc" (FIPS 180-2, appendix B.1) */
const sourceHash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

describe('a painted picture', () => {
  test('is described in A1111’s words', () => {
    const order = aPaintOrder({ model: { name: 'demo', hash: '0123456789abcdef' } })
    const text = buildParameters(parametersOfPicture(order, 0, {}, made))
    expect(text.slice(0, text.indexOf(', Easel: '))).toBe(
      'a red circle\nSteps: 4, Sampler: Euler, CFG scale: 7, Seed: 7, Size: 128x128, ' +
        'Model hash: 0123456789, Model: demo, RNG: CPU, Version: Easel 0.1.0',
    )
  })

  test('says what is unusual about it', () => {
    const order = workOrder.parse({
      ...aPaintOrder({ source: { pictureId: 'one', strength: 0.6 } }),
      prompt: { positive: 'x', negative: 'y', clipSkip: 1 },
      sampling: {
        sampler: 'dpmpp_2m',
        sigmas: 'karras',
        steps: 9,
        guidance: 5,
        guidanceRescale: 0.5,
        guidanceInterval: [0, 0.8],
      },
      refinement: {
        way: 'ensemble',
        model: { name: 'refiner', hash: 'fedcba98765432' },
        split: 0.8,
        guidance: 5,
        aesthetic: {},
      },
    })
    const { sampler, extra } = parametersOfPicture(order, 0, {}, made)
    expect(sampler).toBe('DPM++ 2M')
    expect(Object.fromEntries(extra)).toMatchObject({
      'Schedule type': 'Karras',
      'Denoising strength': '0.6',
      'Clip skip': '3',
      'Guidance rescale': '0.5',
      'Guidance interval': '0-0.8',
      Refiner: 'refiner [fedcba9876]',
      'Refiner switch at': '0.8',
    })
  })

  test('of a set carries the order that paints it alone', () => {
    const order = aPaintOrder({ count: 3, seed: 100 })
    const parameters = parametersOfPicture(order, 2, {}, made)
    expect(parameters.seed).toBe(102n)
    expect(workOrderOf(parameters)).toEqual(aPaintOrder({ count: 1, seed: 102 }))
  })

  test('names its sources by their bytes: two uploads of one photo give the same text', () => {
    const texts = ['first', 'second'].map(id => {
      const order = aPaintOrder({ source: { pictureId: id, strength: 0.5, maskId: id } })
      return buildParameters(parametersOfPicture(order, 0, { [id]: source }, made))
    })
    expect(texts[0]).toBe(texts[1])
    expect(workOrderOf(parseParameters(texts[0] ?? ''))).toMatchObject({
      source: { pictureId: sourceHash, maskId: sourceHash, strength: 0.5 },
    })
  })
})

describe('an upscaled picture', () => {
  const upscale: UpscaleOrder = {
    kind: 'upscale',
    source: { pictureId: 'one' },
    factor: 2,
    widthPx: 128,
    heightPx: 96,
  }

  test('keeps how its source was made and adds the upscaling', async () => {
    const first = parametersOfPicture(aPaintOrder(), 0, {}, made)
    const { bytes } = await encodePicture(aPicture(), 'png', first)
    const parameters = parametersOfPicture(upscale, 0, { one: bytes }, made)
    expect(parameters).toMatchObject({
      prompt: 'a red circle',
      seed: 7n,
      steps: 4,
      widthPx: 128,
      heightPx: 96,
    })
    expect(parameters.extra.get('Postprocess upscale by')).toBe('2')
    expect(parameters.extra.get('Postprocess upscaler')).toBe('Lanczos')
    expect(workOrderOf(parameters)).toMatchObject({ kind: 'upscale', factor: 2 })
    expect(recipeOf(parameters)).toEqual(workOrderOf(first))
    const again = await encodePicture(aPicture(), 'png', parameters)
    const twice = parametersOfPicture(upscale, 0, { one: again.bytes }, made)
    expect(recipeOf(twice)).toEqual(workOrderOf(first))
  })

  test('without parameters still records the upscaling, and parses back', () => {
    const parameters = parametersOfPicture(upscale, 0, { one: source }, made)
    expect(parseParameters(buildParameters(parameters))).toEqual(parameters)
    expect(workOrderOf(parameters)).toMatchObject({ source: { pictureId: sourceHash } })
  })

  test('of another program keeps the known fields, with any content', () => {
    const odd = pngWith({
      parameters: 'a cat\nSteps: many, Sampler: Euler, Seed: 1e999, Size: big, CFG scale: 7',
    })
    const parameters = parametersOfPicture(upscale, 0, { one: odd }, made)
    expect(parameters).toMatchObject({ prompt: 'a cat', sampler: 'Euler', guidance: 7, widthPx: 128 })
    expect(parseParameters(buildParameters(parameters))).toEqual(parameters)
  })
})
