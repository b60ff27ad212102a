/**
 * DDIM. Matches diffusers' DDIMScheduler; Song et al. 2021 (DDIM), equation 12, with η·√variance as σ_t (equation 16).
 * η = 0 is deterministic, η = 1 is DDPM-like. Limits: thresholding with sample_max_value 1 alone.
 */
import { at, combine } from '../arithmetic.ts'
import { levelAt, type NoiseLevel } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import { trainingFrame, trainingPreconditioning, trainingSteps } from './training-steps.ts'

const f = Math.fround

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
        const fresh = f(eta * Math.sqrt(variance(from, to)))
        const kept = Math.sqrt(Math.max(f(f(to.sigma ** 2) - f(fresh ** 2)), 0))
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

/**
 * (1-ᾱ')/(1-ᾱ) · (1 - ᾱ/ᾱ'), each operation in float32 as in the reference: from almost pure noise, η = 1 leaves only the
 * rounding of 1 - ᾱ' - variance.
 */
function variance(from: NoiseLevel, to: NoiseLevel): number {
  const share = f(f(to.sigma ** 2) / f(from.sigma ** 2))
  return Math.max(f(share * f(1 - f(f(from.alpha ** 2) / f(to.alpha ** 2)))), 0)
}
