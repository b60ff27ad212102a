/**
 * The estimate of the clean latents that DPM-Solver++(2M) and its SDE share: a line through the last two model calls;
 * Lu et al. 2022 (DPM-Solver++), algorithm 2. With λ = ln α - ln σ and h = λ' - λ:
 *
 *   D = x0 + ½·D₁,   D₁ = (x0 - x0_before)/r,   r = h_before/h
 *
 * First order (D = x0) in the first step, in a step to σ = 0, and in the last step of short runs; with solverOrder 1 always.
 */
import { combine } from './arithmetic.ts'
import type { NoiseLevels } from './noise/noise-levels.ts'
import { levelAt, logSnr, type NoiseLevel } from './preconditioning.ts'
import type { RuleOptions } from './sampler.ts'

/** Runs with fewer steps have a last step of first order, for stability. */
export const shortRun = 15

/** One step of the two solvers. */
export interface SecondOrderStep {
  from: NoiseLevel
  to: NoiseLevel
  /** λ' - λ. */
  h: number
  /** x0 of this call alone. */
  clean: Float32Array
  /**
   * The clean part of the step, α'·(1 - e^-H)·D. The solver `heun` has another weight of D₁ than ½:
   *
   *   α'·(1 - e^-H)·x0 + α'·(1 - (1 - e^-H)/H)·D₁
   */
  cleanTerms(exponent: number): readonly (readonly [number, Float32Array])[]
}

/** Keeps the previous call. Call the result once per step, in order. */
export function secondOrder(run: NoiseLevels, options: RuleOptions) {
  const { lowerOrderFinal = true, eulerAtFinal = false, solver = 'midpoint', solverOrder = 2 } = options
  const steps = run.timesteps.length
  const isFirstOrderAtEnd = eulerAtFinal || (lowerOrderFinal && steps < shortRun)
  let cleanBefore: Float32Array | undefined
  return (output: Float32Array, i: number, latents: Float32Array): SecondOrderStep => {
    const from = levelAt(run.levels, i)
    const to = levelAt(run.levels, i + 1)
    const clean = run.preconditioning.clean(output, from, latents)
    const h = logSnr(to) - logSnr(from)
    const firstOrder = solverOrder === 1 || to.sigma === 0 || (i === steps - 1 && isFirstOrderAtEnd)
    const before = firstOrder ? undefined : cleanBefore
    cleanBefore = clean
    const cleanTerms: SecondOrderStep['cleanTerms'] = exponent => {
      const renewed = -Math.expm1(-exponent)
      if (!before) return [[to.alpha * renewed, clean]]
      const r = (logSnr(from) - logSnr(levelAt(run.levels, i - 1))) / h
      if (solver === 'midpoint') {
        return [[to.alpha * renewed, combine([1 + 1 / (2 * r), clean], [-1 / (2 * r), before])]]
      }
      // The limit for a step of length 0: a run to the smallest training sigma may end with one.
      const share = exponent === 0 ? 0 : (1 - renewed / exponent) / r
      return [
        [to.alpha * (renewed + share), clean],
        [-to.alpha * share, before],
      ]
    }
    return { from, to, h, clean, cleanTerms }
  }
}
