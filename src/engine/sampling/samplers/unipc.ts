/**
 * UniPC of order 2. Matches diffusers' UniPCMultistepScheduler with predict_x0, solver_type bh2, solver_order 2;
 * Zhao et al. 2023. Each call first corrects its input latents with the prediction at that level, then predicts the next
 * latents. In B₂ form, with h = λ' - λ and B = e^-h - 1:
 *
 *   x' = (σ'/σ)·x - α'·B·x0 - α'·B·Σ ρ_k·D_k,   D_k = (x0_k - x0)/r_k
 *
 * First order in the first and in the last step.
 */
import { combine } from '../arithmetic.ts'
import { trainingRange } from '../noise/diffusers-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { type Level, levelAt, logSnr } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

export const unipc: LevelSampler = {
  name: 'unipc',
  // A1111 calls another variant just "UniPC".
  label: 'UniPC bh2',
  diffusersClass: 'UniPCMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: trainingRange,
  rule(run) {
    const { timesteps, levels } = run
    /** The previous step: its corrected start, its order, and its predictions, newest first. */
    let before: { latents: Float32Array; order: 1 | 2; cleans: readonly Float32Array[] } | undefined
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const clean = run.preconditioning.clean(output, levelAt(levels, i), latents)
        const start = before ? correct(levels, i, before, clean) : latents
        const cleans = [clean, ...(before?.cleans ?? [])].slice(0, 2)
        const order = cleans.length === 2 && i < timesteps.length - 1 ? 2 : 1
        before = { latents: start, order, cleans }
        return { latents: predict(levels, i, start, order, cleans), predictedClean: clean }
      },
    }
  },
}

/** From level i to i + 1. */
function predict(
  levels: readonly Level[],
  i: number,
  start: Float32Array,
  order: 1 | 2,
  cleans: readonly Float32Array[],
): Float32Array {
  const from = levelAt(levels, i)
  const to = levelAt(levels, i + 1)
  const h = logSnr(to) - logSnr(from)
  const b = Math.expm1(-h)
  const [clean, older] = cleans
  if (!clean) return start
  if (order === 1 || !older) return combine([to.sigma / from.sigma, start], [-to.alpha * b, clean])
  const r = (logSnr(levelAt(levels, i - 1)) - logSnr(from)) / h
  // At order 2 the reference sets ρ = 1/2 instead of solving for it.
  const weight = 0.5 / r
  return combine(
    [to.sigma / from.sigma, start],
    [-to.alpha * b * (1 - weight), clean],
    [-to.alpha * b * weight, older],
  )
}

/** Repeats the step to level i with the prediction at its end. */
function correct(
  levels: readonly Level[],
  i: number,
  before: { latents: Float32Array; order: 1 | 2; cleans: readonly Float32Array[] },
  cleanNow: Float32Array,
): Float32Array {
  const from = levelAt(levels, i - 1)
  const to = levelAt(levels, i)
  const h = logSnr(to) - logSnr(from)
  const b = Math.expm1(-h)
  const [clean, older] = before.cleans
  if (!clean) return before.latents
  const base = [
    [to.sigma / from.sigma, before.latents],
    [-to.alpha * b, clean],
  ] as const
  const scale = -to.alpha * b
  if (before.order === 1 || !older) {
    return combine(...base, [scale * 0.5, cleanNow], [-scale * 0.5, clean])
  }
  const r = (logSnr(levelAt(levels, i - 2)) - logSnr(from)) / h
  const [rhoOlder, rhoNow] = correctorWeights(-h, r)
  return combine(
    ...base,
    [(scale * rhoOlder) / r, older],
    [scale * rhoNow, cleanNow],
    [-scale * (rhoOlder / r + rhoNow), clean],
  )
}

/** Solves [1 1; r 1]·ρ = b with b_k = k!·h·φ_{k+1}(h)/B(h): equation 10 of the paper for order 2. */
function correctorWeights(h: number, r: number): readonly [older: number, now: number] {
  const b = Math.expm1(h)
  const phi2 = b / h - 1
  const phi3 = phi2 / h - 1 / 2
  const b1 = phi2 / b
  const b2 = (2 * phi3) / b
  const older = (b1 - b2) / (1 - r)
  return [older, b1 - older]
}
