/**
 * Noise added before a step (Karras et al. 2022, algorithm 2), as k-diffusion does it: from σ up to σ·(1 + γ), with
 * γ = min(S_churn/n, √2 - 1) while S_tmin ≤ σ ≤ S_tmax. Noise is drawn before every step, used or not.
 */
import { at, combine } from './arithmetic.ts'
import type { NoiseLevels } from './noise/noise-levels.ts'
import { explodingLevel, type NoiseLevel } from './preconditioning.ts'
import type { RuleOptions, Sampler } from './sampler.ts'

/** The steps of a run with churn. */
export interface ChurnedSteps {
  /** The sigma and the network's timestep at which each step begins after the churn. */
  readonly from: readonly number[]
  readonly timesteps: readonly number[]
  readonly levels: readonly NoiseLevel[]
  /** The sampler's `churn` method; absent if there is no churn. */
  readonly method: Pick<Sampler, 'churn'>
}

/** `callsPerStep`: the number of model calls from the first call of one step to the first call of the next. */
export function churnSteps(run: NoiseLevels, options: RuleOptions, callsPerStep: 1 | 2 = 1): ChurnedSteps {
  const { sigmas } = run
  const before = sigmas.slice(0, -1)
  const { churn, noiseFactor = 1 } = options
  if (!churn || churn.amount <= 0) {
    return { from: before, timesteps: run.timesteps, levels: run.levels.slice(0, -1), method: {} }
  }
  const gamma = Math.min(churn.amount / before.length, Math.SQRT2 - 1)
  const isChurned = (sigma: number): boolean => sigma >= churn.from && sigma <= churn.to
  const from = before.map(sigma => (isChurned(sigma) ? Math.fround(sigma * (1 + gamma)) : sigma))
  return {
    from,
    timesteps: from.map((sigma, k) =>
      sigma === before[k] ? at(run.timesteps, k) : Math.fround(run.timestepOf(sigma)),
    ),
    levels: from.map(explodingLevel),
    method: {
      churn(latents, i, draw) {
        if (i % callsPerStep !== 0) return latents
        const step = i / callsPerStep
        const noise = draw()
        const added = at(from, step) ** 2 - at(before, step) ** 2
        return added <= 0 ? latents : combine([1, latents], [noiseFactor * Math.sqrt(added), noise])
      },
    },
  }
}
