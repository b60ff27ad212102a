/**
 * Every ⌊1000/n⌋-th training sigma, counted from the second one, as in the first DDIM implementations.
 * If n does not divide 1,000, there can be more than n.
 */
import { at } from '../arithmetic.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const ddimUniform: SigmaSchedule = {
  name: 'ddim_uniform',
  label: 'DDIM Uniform',
  sigmas({ sigmas }, steps) {
    const stride = Math.max(Math.floor(sigmas.length / steps), 1)
    const count = Math.ceil((sigmas.length - 1) / stride)
    return [...Array.from({ length: count }, (_, i) => at(sigmas, 1 + i * stride)).reverse(), 0]
  },
}
