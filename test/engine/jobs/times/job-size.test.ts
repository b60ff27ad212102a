import { expect, test } from 'vitest'
import { countNothing, jobSizeOf } from '../../../../src/engine/jobs/times/job-size.ts'
import { redCircleOrder } from '../../../helpers/job-views.ts'

test('A picture of which only the masked part is painted is as much work as that part', () => {
  const whole = redCircleOrder({ widthPx: 4096, heightPx: 1024, count: 2 })
  expect(jobSizeOf(whole, countNothing).size.pixels).toBe(2 * 4096 * 1024)
  const onlyMasked = { paddingPx: 32, widthPx: 128, heightPx: 64 }
  const source = {
    pictureId: 'photo',
    maskId: 'mask',
    strength: 0.9,
    inpainting: { softEdgePx: 4, onlyMasked },
  }
  expect(jobSizeOf({ ...whole, source }, countNothing).size.pixels).toBe(2 * 128 * 64)
})
