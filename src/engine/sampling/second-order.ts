/**
 * The estimate of the clean latents that DPM-Solver++(2M) and its SDE share: a line through the last two model calls;
 * Lu et al. 2022 (DPM-Solver++), algorithm 2. With λ = ln α - ln σ and h = λ' - λ:
 *
 *   D = (1 + 1/2r)·x0 - (1/2r)·x0_before,   r = h_before / h
 *
 * First order (D = x0) in the first step, in the last of short runs, and wherever the target is free of noise.
 */
import { at, combine } from './arithmetic.ts'
import type { SchedulerConfig } from './sampler.ts'
import { cleanPreserving, type Level, levelAt, levelOf, logSnr } from './spaces.ts'

/** Below this many steps the last one is of first order, for stability. */
export const shortRun = 15

/** One step as the two solvers see it. */
export interface SecondOrderStep {
  from: Level
  to: Level
  /** λ' - λ. */
  h: number
  /** x0 of this call alone. */
  clean: Float32Array
  /** D. */
  estimate: Float32Array
}

/** Remembers the call before; to be asked once per step, in order. `sigmas` has one entry more than there are steps. */
export function secondOrder(config: SchedulerConfig, sigmas: readonly number[]) {
  const levels = sigmas.map(levelOf)
  const steps = sigmas.length - 1
  let cleanBefore: Float32Array | undefined
  return (output: Float32Array, i: number, latents: Float32Array): SecondOrderStep => {
    const from = levelAt(levels, i)
    const to = levelAt(levels, i + 1)
    const clean = cleanPreserving(config.prediction, from, output, latents)
    const h = logSnr(to) - logSnr(from)
    const isLast = i === steps - 1
    const firstOrder = isLast && (at(sigmas, i + 1) === 0 || steps < shortRun)

    let estimate = clean
    if (cleanBefore && !firstOrder) {
      const r = (logSnr(from) - logSnr(levelAt(levels, i - 1))) / h
      estimate = combine([1 + 1 / (2 * r), clean], [-1 / (2 * r), cleanBefore])
    }
    cleanBefore = clean
    return { from, to, h, clean, estimate }
  }
}
