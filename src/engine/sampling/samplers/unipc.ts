/**
 * UniPC of order 1 to 3 with data prediction; Zhao et al. 2023. Each call first corrects its input latents with the
 * prediction at that level, then predicts the next latents. With h = λ' - λ, z = -h, B₁ = z and B₂ = e^z - 1:
 *
 *   x' = (σ'/σ)·x - α'·(e^z - 1)·x0 - α'·B·Σ ρ_k·(x0_k - x0)/r_k,   r_k = (λ_k - λ)/h
 *
 * The corrector's sum has one more point: the prediction at the end of the step, with r = 1. The weights solve equation 10:
 *
 *   Σ ρ_k·r_k^(i-1) = i!·z·φ_{i+1}(z)/B,   φ_1 = (e^z - 1)/z,   φ_{i+1} = (φ_i - 1/i!)/z
 *
 * The order rises from 1 by one per step. The last step is of order 1, but for runs that end above zero without lowerOrderFinal.
 */
import { at, combine, solveVandermonde } from '../arithmetic.ts'
import { trainingRange } from '../noise/diffusers-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { uniformTime } from '../noise/uniform-time.ts'
import { explodingLevel, levelAt, logSnr, type NoiseLevel } from '../preconditioning.ts'
import type { LevelSampler, RuleOptions } from '../sampler.ts'

type SolverType = NonNullable<RuleOptions['variant']>
type Order = NonNullable<RuleOptions['solverOrder']>

/** diffusers' UniPCMultistepScheduler with predict_x0, B₂ and order 2 unless a file says otherwise. InvokeAI's "unipc". */
export const unipc: LevelSampler = {
  name: 'unipc',
  label: 'UniPC multistep',
  diffusersClass: 'UniPCMultistepScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: (config, steps) => trainingRange(config, steps, { endsAtLast: true }),
  rule: (run, { variant = 'bh2', solverOrder = 2, lowerOrderFinal = true }) =>
    ruleOf(run, variant, solverOrder, lowerOrderFinal),
}

/** A1111's "UniPC" with its default settings; over a schedule, ComfyUI's `uni_pc`. */
export const unipcBh1 = ofOrder3('unipc_bh1', 'UniPC', 'bh1')

/** ComfyUI's `uni_pc_bh2`, and A1111's "UniPC" with its setting "bh2". */
export const unipcBh2 = ofOrder3('unipc_bh2', 'UniPC bh2', 'bh2')

function ofOrder3(name: string, label: string, variant: SolverType): LevelSampler {
  return {
    name,
    label,
    sigmas: [],
    levels: uniformTime,
    discardsPenultimate: true,
    rule: (run, _) => ruleOf({ ...run, levels: endAboveZero(run.levels) }, variant, 3),
  }
}

/** ComfyUI ends at this σ in place of 0 (sample_unipc). */
const lastSigma = 0.001

function endAboveZero(levels: readonly NoiseLevel[]): readonly NoiseLevel[] {
  return levels.at(-1)?.sigma === 0 ? levels.with(-1, explodingLevel(lastSigma)) : levels
}

function ruleOf(
  run: Parameters<LevelSampler['rule']>[0],
  variant: SolverType,
  highestOrder: Order,
  lowerOrderFinal = true,
) {
  const { timesteps, levels } = run
  const fallsAtEnd = lowerOrderFinal || levels.at(-1)?.sigma === 0
  /** The previous step: its corrected start, its order, and its predictions, newest first. */
  let before: { latents: Float32Array; order: number; cleans: readonly Float32Array[] } | undefined
  return {
    ...samplerFrame(run),
    step(output: Float32Array, i: number, latents: Float32Array) {
      const clean = run.preconditioning.clean(output, levelAt(levels, i), latents)
      const start = before ? update({ levels, variant, from: i - 1, ...before, cleanNow: clean }) : latents
      const cleans = [clean, ...(before?.cleans ?? [])].slice(0, highestOrder)
      const order = fallsAtEnd ? Math.min(cleans.length, timesteps.length - i) : cleans.length
      before = { latents: start, order, cleans }
      return {
        latents: update({ levels, variant, from: i, latents: start, order, cleans }),
        predictedClean: clean,
      }
    },
  }
}

interface Update {
  levels: readonly NoiseLevel[]
  variant: SolverType
  /** The level at which the step starts. */
  from: number
  latents: Float32Array
  order: number
  /** The predictions at `from` and before it, newest first; at least `order` of them. */
  cleans: readonly Float32Array[]
  /** The prediction at the step's end: makes the step a correction. */
  cleanNow?: Float32Array
}

/** From level `from` to the next one. */
function update({ levels, variant, from, latents, order, cleans, cleanNow }: Update): Float32Array {
  const [start, end] = [levelAt(levels, from), levelAt(levels, from + 1)]
  const h = logSnr(end) - logSnr(start)
  const [clean = latents, ...olders] = cleans.slice(0, order)
  const points = olders.map((_, k) => (logSnr(levelAt(levels, from - 1 - k)) - logSnr(start)) / h)
  if (cleanNow) {
    olders.push(cleanNow)
    points.push(1)
  }
  const shrinks = Math.expm1(-h)
  const b = variant === 'bh1' ? -h : shrinks
  const shares = weights(points, -h, b).map((rho, k) => (b * rho) / at(points, k))
  const share = shares.reduce((sum, one) => sum + one, 0)
  return combine(
    [end.sigma / start.sigma, latents],
    [-end.alpha * (shrinks - share), clean],
    ...olders.map((older, k) => [-end.alpha * at(shares, k), older] as const),
  )
}

/** ρ per point r_k. With one point it is 1/2, as the authors set it. */
function weights(points: readonly number[], z: number, b: number): number[] {
  if (points.length <= 1) return points.map(() => 0.5)
  let zPhi = Math.expm1(z)
  let factorial = 1
  const moments = points.map((_, k) => {
    factorial *= k + 1
    zPhi = zPhi / z - 1 / factorial
    return (factorial * zPhi) / b
  })
  return solveVandermonde(points, moments)
}
