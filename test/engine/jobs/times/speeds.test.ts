import { describe, expect, test } from 'vitest'
import { Speeds } from '../../../../src/engine/jobs/times/speeds.ts'

const sized = (pixels: number, steps = 10) => ({
  modelHash: 'sdxl',
  size: { kind: 'paint' as const, steps, pixels },
})

describe('speeds', () => {
  test('are unknown until measured, on that device and with that model', () => {
    const speeds = new Speeds()
    speeds.stepped('a', sized(1000), 100)
    expect(speeds.estimateMs('b', sized(1000))).toBeUndefined()
    expect(speeds.estimateMs('a', { ...sized(1000), modelHash: 'other' })).toBeUndefined()
    expect(speeds.estimateMs('a', sized(1000))).toBe(1000)
  })

  test('count the rest, once known, and scale with the pixels of the nearest known size', () => {
    const speeds = new Speeds()
    speeds.stepped('a', sized(1000), 100)
    speeds.stepped('a', sized(10_000), 2000)
    speeds.rested('a', sized(1000), 50)
    expect(speeds.estimateMs('a', sized(1000))).toBe(1050)
    expect(speeds.estimateMs('a', sized(2000))).toBe(2100)
    expect(speeds.estimateMs('a', sized(9000))).toBe(18_000 + 450)
  })

  test('follow a device that becomes slower', () => {
    const speeds = new Speeds()
    for (let i = 0; i < 5; i++) speeds.stepped('a', sized(1000), 100)
    for (let i = 0; i < 30; i++) speeds.stepped('a', sized(1000), 200)
    expect(speeds.estimateMs('a', sized(1000))).toBeGreaterThan(1990)
  })

  test('the 99th percentile is of the latest two hundred steps', () => {
    const speeds = new Speeds()
    expect(speeds.p99StepMs('a')).toBeUndefined()
    speeds.stepped('a', sized(1000), 99_999)
    for (let i = 1; i <= 200; i++) speeds.stepped('a', sized(1000), i)
    expect(speeds.p99StepMs('a')).toBe(198)
  })
})
