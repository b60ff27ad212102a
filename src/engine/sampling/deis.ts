/**
 * DEIS (log-ρ, order 2). Matches diffusers' DEISMultistepScheduler with solver_order 2; Zhang and Chen 2023.
 * With ρ = σ/α it integrates the noise prediction over ρ as if linear in ln ρ:
 *
 *   x' = α'·(x/α + c0·ε + c1·ε_before)
 *
 * Ends at the least noise of the training, not at zero, as the reference does.
 */
import { at, combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { shortRun } from './second-order.ts'
import { cleanPreserving, levelAt, levelOf, noisePreserving, preservingSpace } from './spaces.ts'
import { trainingRangeLadder } from './timesteps.ts'

export const deis: SamplerKind = {
  name: 'deis',
  label: 'DEIS',
  diffusersClass: 'DEISMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const schedule = noiseSchedule(config, true)
    const { timesteps, sigmas } = trainingRangeLadder({ ...config, finalSigma: 'minimum' }, schedule, steps)
    const levels = sigmas.map(levelOf)
    let noiseBefore: Float32Array | undefined
    return {
      ...preservingSpace(timesteps, levels),
      step(output, i, latents) {
        const from = levelAt(levels, i)
        const to = levelAt(levels, i + 1)
        const noise = noisePreserving(config.prediction, from, output, latents)
        const clean = cleanPreserving(config.prediction, from, output, latents)
        const isShortEnd = i === timesteps.length - 1 && timesteps.length < shortRun
        const rho = at(sigmas, i)
        const rhoTo = at(sigmas, i + 1)

        const terms: (readonly [number, Float32Array])[] = [[to.alpha / from.alpha, latents]]
        if (noiseBefore && !isShortEnd) {
          const rhoBefore = at(sigmas, i - 1)
          const share = (b: number, c: number): number => integral(rhoTo, b, c) - integral(rho, b, c)
          terms.push(
            [to.alpha * share(rho, rhoBefore), noise],
            [to.alpha * share(rhoBefore, rho), noiseBefore],
          )
        } else {
          terms.push([to.alpha * (rhoTo - rho), noise])
        }
        noiseBefore = noise
        return { latents: combine(...terms), predictedClean: clean }
      },
    }
  },
}

/** ∫ of (ln ρ - ln c)/(ln b - ln c) over ρ, the Lagrange polynomial in ln ρ that is 1 at b and 0 at c. */
function integral(rho: number, b: number, c: number): number {
  return (rho * (Math.log(rho) - Math.log(c) - 1)) / (Math.log(b) - Math.log(c))
}
