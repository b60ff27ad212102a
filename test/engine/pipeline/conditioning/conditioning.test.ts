import { describe, expect, test } from 'vitest'
import {
  layOutConditioning,
  type PictureConditioning,
  sizeOf,
  timeIds,
} from '../../../../src/engine/pipeline/conditioning/conditioning.ts'

/** A prompt of one token of two values. */
function told(value: number, ids: number[]): PictureConditioning {
  const context = Float32Array.of(value, value + 0.5)
  return { embedding: { context, tokens: 1, pooled: Float32Array.of(value) }, timeIds: ids }
}

describe('time ids', () => {
  const size = { original: [512, 384], crop: [16, 40], target: [256, 320] } as const

  test('of the Base are original, crop and target, each vertical first', () => {
    expect(timeIds(size)).toEqual([512, 384, 16, 40, 256, 320])
    expect(timeIds(sizeOf(128, 192))).toEqual([128, 192, 0, 0, 128, 192])
  })

  test('of the Refiner end in the aesthetic score', () => {
    expect(timeIds(size, 2.5)).toEqual([512, 384, 16, 40, 2.5])
  })
})

describe('layOutConditioning', () => {
  const positive = [told(1, [10]), told(2, [20])]
  const negative = [told(-1, [11]), told(-2, [21])]

  test('puts all negatives before all positives', () => {
    const { guided, positive: plain } = layOutConditioning(positive, negative)
    expect([...(guided?.context ?? [])]).toEqual([-1, -0.5, -2, -1.5, 1, 1.5, 2, 2.5])
    expect([...(guided?.pooled ?? [])]).toEqual([-1, -2, 1, 2])
    expect([...(guided?.timeIds ?? [])]).toEqual([11, 21, 10, 20])
    expect(guided?.rows).toBe(4)
    expect([...plain.timeIds]).toEqual([10, 20])
  })

  test("interleaves time ids as the reference's text to image does", () => {
    const { guided } = layOutConditioning(positive, negative, true)
    expect([...(guided?.timeIds ?? [])]).toEqual([11, 10, 21, 20])
  })

  test('has no guided rows where guidance is off', () => {
    expect(layOutConditioning(positive, undefined).guided).toBeUndefined()
  })
})
