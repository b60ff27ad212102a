/**
 * Trajectory consistency. Matches diffusers' TCDScheduler; Zheng et al. 2024. Each call goes along the trajectory to
 * s = (1-η)·t'. Every call except the last adds noise from s to t'. η (the paper's γ) defaults to 0.3.
 */
import { combine } from '../arithmetic.ts'
import { levelAt } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import {
  distilledTimesteps,
  onTrainingSteps,
  trainingFrame,
  trainingPreconditioning,
} from './training-steps.ts'

export const tcd: TimestepSampler = {
  name: 'tcd',
  label: 'TCD',
  diffusersClass: 'TCDScheduler',
  sigmas: [],
  noiseOptions: ['eta'],
  create(config, steps) {
    const network = trainingPreconditioning(config)
    const { timesteps, levels, level } = onTrainingSteps(config, distilledTimesteps(config, steps))
    const eta = config.eta ?? 0.3
    return {
      ...trainingFrame(network, timesteps, levels),
      step(output, i, latents, draw) {
        const from = levelAt(levels, i)
        const timestepTo = timesteps[i + 1] ?? 0
        const landing = level(Math.floor(Math.fround(Math.fround(1 - eta) * timestepTo)))
        const clean = network.clean(output, from, latents)
        const noise = network.noise(output, from, latents)
        const landed = combine([landing.alpha, clean], [landing.sigma, noise])
        if (eta === 0 || i === timesteps.length - 1) return { latents: landed, predictedClean: clean }
        // ᾱ'/ᾱ_s is the share of the variance at s that remains.
        const ratio = (level(timestepTo).alpha / landing.alpha) ** 2
        return {
          latents: combine([Math.sqrt(ratio), landed], [Math.sqrt(Math.max(1 - ratio, 0)), draw()]),
          predictedClean: clean,
        }
      },
    }
  },
}
