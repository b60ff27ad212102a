/**
 * DDIM. Matches diffusers' DDIMScheduler; Song et al. 2021 (DDIM), equation 12, with η·√variance as σ_t (equation 16).
 * η = 0 is deterministic, η = 1 is DDPM-like. Limits: no clipping or thresholding.
 */
import { at, combine } from './arithmetic.ts'
import type { SamplerKind } from './sampler.ts'
import { cleanPreserving, levelAt, noisePreserving, preservingSpace } from './spaces.ts'
import { trainingSteps } from './training-steps.ts'

export const ddim: SamplerKind = {
  name: 'ddim',
  label: 'DDIM',
  diffusersClass: 'DDIMScheduler',
  sigmas: [],
  create(config, steps) {
    const { timesteps, levels, stride, level } = trainingSteps(config, steps)
    const eta = config.eta ?? 0
    return {
      ...preservingSpace(timesteps, levels),
      step(output, i, latents, draw) {
        const from = levelAt(levels, i)
        const to = level(at(timesteps, i) - stride)
        const clean = cleanPreserving(config.prediction, from, output, latents)
        const noise = noisePreserving(config.prediction, from, output, latents)
        const fresh = eta * freshNoise(from.sigma, to.sigma, from.alpha / to.alpha)
        const kept = Math.sqrt(Math.max(to.sigma ** 2 - fresh ** 2, 0))
        const terms: (readonly [number, Float32Array])[] = [
          [to.alpha, clean],
          [kept, noise],
        ]
        if (eta > 0) terms.push([fresh, draw()])
        return { latents: combine(...terms), predictedClean: clean }
      },
    }
  },
}

/** √((1-ᾱ')/(1-ᾱ) · (1 - ᾱ/ᾱ')). */
function freshNoise(sigmaFrom: number, sigmaTo: number, alphaRatio: number): number {
  return Math.sqrt(Math.max((sigmaTo / sigmaFrom) ** 2 * (1 - alphaRatio ** 2), 0))
}
