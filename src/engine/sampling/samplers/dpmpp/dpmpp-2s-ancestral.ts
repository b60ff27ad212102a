/**
 * DPM-Solver++(2S) ancestral. Matches k-diffusion's sample_dpmpp_2s_ancestral; the step is Lu et al. 2022
 * (DPM-Solver++), algorithm 1 with r = ½, below the target level, then noise up to it. With λ = -ln σ:
 *
 *   u = (σ_m/σ)·x - (e^-h/2 - 1)·x0(x),   x' = (σ_down/σ)·x - (e^-h - 1)·x0(u)
 *
 * A step down to 0 is an Euler step. Noise is drawn in second calls only. Uses eta and noiseFactor.
 */
import { at, combine } from '../../arithmetic.ts'
import { kDiffusionLevels } from '../../noise/k-diffusion-levels.ts'
import { levelAt } from '../../preconditioning.ts'
import type { LevelSampler } from '../../sampler.ts'
import { ancestralSplit } from '../euler-ancestral.ts'
import { middleCalls } from './middle-calls.ts'

export const dpmpp2sAncestral: LevelSampler = {
  name: 'dpmpp_2s_a',
  label: 'DPM++ 2S a',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['eta'],
  levels: kDiffusionLevels,
  rule(run, { eta = 1, noiseFactor = 1 }) {
    const { sigmas } = run
    const splits = sigmas.slice(0, -1).map((from, k) => ancestralSplit(from, at(sigmas, k + 1), eta))
    const middles = splits
      .filter(({ down }) => down > 0)
      .map(({ down }, k) => Math.fround(Math.sqrt(at(sigmas, k) * down)))
    const { frame, evaluationLevels } = middleCalls(run, middles)
    let start: Float32Array | undefined
    return {
      ...frame,
      step(output, i, latents, draw) {
        const from = at(sigmas, i >> 1)
        const { down, up } = splits[i >> 1] ?? { down: 0, up: 0 }
        const clean = run.preconditioning.clean(output, levelAt(evaluationLevels, i), latents)
        if (i % 2 === 0 || !start) {
          start = latents
          return { latents: towards(latents, clean, from, middles[i >> 1] ?? down), predictedClean: clean }
        }
        const below = towards(start, clean, from, down)
        start = undefined
        return { latents: combine([1, below], [noiseFactor * up, draw()]), predictedClean: clean }
      },
    }
  },
}

/** The first-order step of the exponential integrator, (σ'/σ)·x + (1 - σ'/σ)·x0, which equals Euler's. */
export function towards(x: Float32Array, clean: Float32Array, from: number, to: number): Float32Array {
  const ratio = to / from
  return combine([ratio, x], [1 - ratio, clean])
}
