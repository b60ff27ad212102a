import { describe, expect, test } from 'vitest'
import { Speeds } from '../../../../src/engine/jobs/times/speeds.ts'

const sized = (pixels: number, steps = 10) => ({
  modelHash: 'sdxl',
  size: { kind: 'paint' as const, pictures: 1, steps, pixels },
})

describe('speeds', () => {
  test('are unknown until measured, on that device and with that model', () => {
    const speeds = new Speeds()
    speeds.recordStep('a', sized(1000), 100)
    expect(speeds.estimateMs('b', sized(1000))).toBeUndefined()
    expect(speeds.estimateMs('a', { ...sized(1000), modelHash: 'other' })).toBeUndefined()
    expect(speeds.estimateMs('a', sized(1000))).toBe(1000)
  })

  test('count what a job takes besides its steps, once known, and scale with the pixels of the nearest known size', () => {
    const speeds = new Speeds()
    speeds.recordStep('a', sized(1000), 100)
    speeds.recordStep('a', sized(10_000), 2000)
    speeds.recordOverhead('a', sized(1000), 50)
    expect(speeds.estimateMs('a', sized(1000))).toBe(1050)
    expect(speeds.estimateMs('a', sized(2000))).toBe(2100)
    expect(speeds.estimateMs('a', sized(9000))).toBe(18_000 + 450)
  })

  test('follow a device that becomes slower', () => {
    const speeds = new Speeds()
    for (let i = 0; i < 5; i++) speeds.recordStep('a', sized(1000), 100)
    for (let i = 0; i < 30; i++) speeds.recordStep('a', sized(1000), 200)
    expect(speeds.estimateMs('a', sized(1000))).toBeGreaterThan(1990)
  })

  test('know what a model costs to load, and apart from that what an exchange of its experts costs', () => {
    const speeds = new Speeds()
    speeds.recordStep('a', sized(1000), 100)
    expect(speeds.estimateMs('a', sized(1000), false)).toBe(1000)
    speeds.recordLoad('a', sized(1000), false, 5000)
    speeds.recordLoad('a', sized(1000), true, 700)
    expect(speeds.estimateMs('a', sized(1000), false)).toBe(6000)
    expect(speeds.estimateMs('a', sized(1000), true)).toBe(1700)
    // The same weights for a picture of any size; another model's are not known.
    expect(speeds.estimateMs('a', sized(4000), false)).toBe(4000 + 5000)
    expect(speeds.estimateMs('b', sized(1000), false)).toBeUndefined()
  })

  test('the 99th percentile is of the latest two hundred steps', () => {
    const speeds = new Speeds()
    expect(speeds.p99StepMs('a')).toBeUndefined()
    speeds.recordStep('a', sized(1000), 99_999)
    for (let i = 1; i <= 200; i++) speeds.recordStep('a', sized(1000), i)
    expect(speeds.p99StepMs('a')).toBe(198)
  })
})
