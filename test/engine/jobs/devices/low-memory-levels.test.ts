import { expect, test } from 'vitest'
import { LowMemoryLevels } from '../../../../src/engine/jobs/devices/low-memory-levels.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const ofSide = (sidePx: number) => aPaintOrder({ widthPx: sidePx, heightPx: sidePx })

test('a size that was too large is painted in less memory from then on, in two steps', () => {
  const levels = new LowMemoryLevels()
  expect(levels.of(ofSide(1024))).toBe(0)
  levels.raise(ofSide(1024))
  expect(levels.of(ofSide(1024))).toBe(1)
  levels.raise(ofSide(1024))
  levels.raise(ofSide(1024))
  expect(levels.of(ofSide(1024))).toBe(2)
})

test('the next step is above the level that was really used, which a budget may have raised', () => {
  const levels = new LowMemoryLevels()
  levels.raise(ofSide(1024), 1)
  expect(levels.of(ofSide(1024))).toBe(2)
  levels.raise(ofSide(768), 0)
  expect(levels.of(ofSide(768))).toBe(1)
  levels.raise(ofSide(1536), 2)
  expect(levels.of(ofSide(1536))).toBe(2)
})

test('larger sizes are painted in less memory, too, and smaller ones are not', () => {
  const levels = new LowMemoryLevels()
  levels.raise(ofSide(1024))
  expect(levels.of(ofSide(1536))).toBe(1)
  expect(levels.of(ofSide(768))).toBe(0)
})
