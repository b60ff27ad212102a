/** ComfyUI's beta sampling: the quantiles at 1, 1 - 1/n … 1/n select training sigmas, each at most once. */
import { at, roundHalfToEven } from '../arithmetic.ts'
import { betaQuantile } from '../noise/beta-quantile.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const betaComfyui: SigmaSchedule = {
  name: 'beta_comfyui',
  label: 'Beta (ComfyUI)',
  sigmas({ sigmas }, steps) {
    const last = sigmas.length - 1
    const chosen = Array.from({ length: steps }, (_, i) =>
      roundHalfToEven(betaQuantile(1 - i / steps, 0.6, 0.6) * last),
    )
    return [...[...new Set(chosen)].map(index => at(sigmas, index)), 0]
  },
}
