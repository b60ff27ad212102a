import { expect, test } from 'vitest'
import { Economies } from '../../../../src/engine/jobs/devices/economies.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const ofSide = (sidePx: number) => aPaintOrder({ widthPx: sidePx, heightPx: sidePx })

test('a size that was too large is painted more sparingly from then on, in two steps', () => {
  const economies = new Economies()
  expect(economies.of(ofSide(1024))).toBe(0)
  economies.ranOut(ofSide(1024))
  expect(economies.of(ofSide(1024))).toBe(1)
  economies.ranOut(ofSide(1024))
  economies.ranOut(ofSide(1024))
  expect(economies.of(ofSide(1024))).toBe(2)
})

test('larger sizes are painted more sparingly, too, and smaller ones are not', () => {
  const economies = new Economies()
  economies.ranOut(ofSide(1024))
  expect(economies.of(ofSide(1536))).toBe(1)
  expect(economies.of(ofSide(768))).toBe(0)
})
