/**
 * DDIM. Matches diffusers' DDIMScheduler; Song et al. 2021 (DDIM), equation 12, with η·√variance as σ_t (equation 16).
 * η = 0 is deterministic, η = 1 is DDPM-like. Limits: no thresholding.
 */
import { at, combine } from '../arithmetic.ts'
import { levelAt } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import { trainingFrame, trainingPreconditioning, trainingSteps } from './training-steps.ts'

export const ddim: TimestepSampler = {
  name: 'ddim',
  label: 'DDIM',
  diffusersClass: 'DDIMScheduler',
  sigmas: [],
  noiseOptions: ['eta'],
  create(config, steps) {
    const network = trainingPreconditioning(config)
    const { timesteps, levels, stride, level } = trainingSteps(config, steps)
    const eta = config.eta ?? 0
    return {
      ...trainingFrame(network, timesteps, levels),
      step(output, i, latents, draw) {
        const from = levelAt(levels, i)
        const to = level(at(timesteps, i) - stride)
        const clean = network.clean(output, from, latents)
        const noise = network.noise(output, from, latents)
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
