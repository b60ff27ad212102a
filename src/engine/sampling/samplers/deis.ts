/**
 * DEIS (log-ρ, order 1 or 2). Matches diffusers' DEISMultistepScheduler with solver_order up to 2; Zhang and Chen 2023.
 * With ρ = σ/α it integrates the noise prediction over ρ as if linear in ln ρ:
 *
 *   x' = α'·(x/α + c0·ε + c1·ε_before)
 *
 * On its own levels it ends at the smallest training sigma, not at zero, as the reference does. If a schedule ends at
 * zero, the last step is of first order. Uses solverOrder and lowerOrderFinal.
 */
import { at, combine } from '../arithmetic.ts'
import { trainingRange } from '../noise/diffusers-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { levelAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'
import { shortRun } from '../second-order.ts'

export const deis: LevelSampler = {
  name: 'deis',
  label: 'DEIS',
  diffusersClass: 'DEISMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: (config, steps) => trainingRange({ ...config, finalSigma: 'minimum' }, steps, { endsAtLast: true }),
  rule(run, { solverOrder = 2, lowerOrderFinal = true }) {
    const { timesteps, levels, sigmas: rhos } = run
    let noiseBefore: Float32Array | undefined
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const from = levelAt(levels, i)
        const to = levelAt(levels, i + 1)
        const noise = run.preconditioning.noise(output, from, latents)
        const clean = run.preconditioning.clean(output, from, latents)
        const isShortEnd = lowerOrderFinal && i === timesteps.length - 1 && timesteps.length < shortRun
        const rho = at(rhos, i)
        const rhoTo = at(rhos, i + 1)

        const terms: (readonly [number, Float32Array])[] = [[to.alpha / from.alpha, latents]]
        if (noiseBefore && solverOrder > 1 && !isShortEnd && rhoTo > 0) {
          const rhoBefore = at(rhos, i - 1)
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
