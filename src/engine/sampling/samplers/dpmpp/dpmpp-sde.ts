/**
 * SDE-DPM-Solver++(2S) with noise in both calls. Matches k-diffusion's sample_dpmpp_sde; Lu et al. 2022 (DPM-Solver++),
 * algorithm 1, with ancestral steps (down, then noise up) to the midpoint and to the end. With the midpoint's
 * λ = λ + r·h:
 *
 *   D = (1 - 1/2r)·x0(x) + (1/2r)·x0(u)
 *
 * Noise is drawn in both calls of a step; a step to 0 is an Euler step and draws none. Uses eta, noiseFactor and middle.
 */
import { at, combine } from '../../arithmetic.ts'
import { kDiffusionLevels } from '../../noise/k-diffusion-levels.ts'
import { levelAt } from '../../preconditioning.ts'
import type { LevelSampler } from '../../sampler.ts'
import { ancestralSplit } from '../euler-ancestral.ts'
import { towards } from './dpmpp-2s-ancestral.ts'
import { middleCalls } from './middle-calls.ts'

export const dpmppSde: LevelSampler = {
  name: 'dpmpp_sde',
  label: 'DPM++ SDE',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: kDiffusionLevels,
  rule(run, { eta = 1, noiseFactor = 1, middle: r = 1 / 2 }) {
    const { sigmas } = run
    const middles = sigmas
      .slice(1)
      .filter(to => to > 0)
      .map((to, k) => Math.fround(at(sigmas, k) ** (1 - r) * to ** r))
    const { frame, evaluationLevels } = middleCalls(run, middles)
    let first: { latents: Float32Array; clean: Float32Array } | undefined
    return {
      ...frame,
      step(output, i, latents, draw) {
        const from = at(sigmas, i >> 1)
        const to = at(sigmas, (i >> 1) + 1)
        const clean = run.preconditioning.clean(output, levelAt(evaluationLevels, i), latents)
        if (to === 0) return { latents: towards(latents, clean, from, 0), predictedClean: clean }
        const ancestral = (estimate: Float32Array, x: Float32Array, target: number) => {
          const { down, up } = ancestralSplit(from, target, eta)
          return combine([1, towards(x, estimate, from, down)], [noiseFactor * up, draw()])
        }
        if (i % 2 === 0 || !first) {
          first = { latents, clean }
          return { latents: ancestral(clean, latents, at(middles, i >> 1)), predictedClean: clean }
        }
        const estimate = combine([1 - 1 / (2 * r), first.clean], [1 / (2 * r), clean])
        const next = ancestral(estimate, first.latents, to)
        first = undefined
        return { latents: next, predictedClean: clean }
      },
    }
  },
}
