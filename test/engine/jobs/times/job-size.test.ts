import { expect, test } from 'vitest'
import { countNothing, jobSizeOf } from '../../../../src/engine/jobs/times/job-size.ts'
import { redCircleOrder } from '../../../helpers/job-views.ts'

test('A picture of which only the masked part is painted is as much work as that part', () => {
  const whole = redCircleOrder({ widthPx: 4096, heightPx: 1024, count: 2 })
  expect(jobSizeOf(whole, countNothing).size).toMatchObject({ pictures: 2, steps: 40, pixels: 4096 * 1024 })
  const onlyMasked = { paddingPx: 32, widthPx: 128, heightPx: 64 }
  const source = {
    pictureId: 'photo',
    maskId: 'mask',
    strength: 0.9,
    inpainting: { softEdgePx: 4, onlyMasked },
  }
  expect(jobSizeOf({ ...whole, source }, countNothing).size.pixels).toBe(128 * 64)
})

test('Steps are those that run: a strength leaves some out, and a Refiner after the Base adds its own', () => {
  const source = { pictureId: 'photo', strength: 0.5 }
  expect(jobSizeOf({ ...redCircleOrder(), source }, countNothing).size.steps).toBe(10)
})
