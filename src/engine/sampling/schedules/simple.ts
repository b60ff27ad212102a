/** Training sigmas at equal distances of their index, counted down from the largest. */
import { at } from '../arithmetic.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const simple: SigmaSchedule = {
  name: 'simple',
  label: 'Simple',
  sigmas({ sigmas }, steps) {
    const total = sigmas.length
    return [
      ...Array.from({ length: steps }, (_, i) => at(sigmas, total - 1 - Math.floor((i * total) / steps))),
      0,
    ]
  },
}
