/**
 * DEIS of order 3 as ComfyUI and Forge run it (tAB-DEIS; Zhang and Chen 2023, equation 15). Matches sample_deis of ComfyUI with
 * its defaults. With d = (x - x0)/σ it extrapolates d as a polynomial in the time t of a variance preserving process:
 *
 *   x' = x + Σ_j d_j·∫ ℓ_j(t)·(dσ/dt) dt,   ℓ_j(t) = Π_{k≠j} (t - t_k)/(t_j - t_k)
 *   σ(t)² = exp(½·β_d·t² + β_min·t) - 1
 *
 * The process is EDM's "VP" (Karras et al. 2022, table 1) whatever the model: it goes from σ = 0.002 at t = 0.001 to σ = 80 at
 * t = 1. The first step is Euler's, the second of order 2, a step to σ = 0 is Euler's again.
 */
import { combine } from '../arithmetic.ts'
import { kDiffusionLevels } from '../noise/k-diffusion-levels.ts'
import { samplerFrame } from '../noise/noise-levels.ts'
import { levelAt, slopeAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

const order = 3

export const deisTab: LevelSampler = {
  name: 'deis_tab',
  label: 'DEIS tAB',
  sigmas: ['karras', 'exponential', 'beta'],
  levels: kDiffusionLevels,
  rule(run) {
    /** Newest first. */
    let calls: readonly { sigma: number; slope: Float32Array }[] = []
    return {
      ...samplerFrame(run),
      step(output, i, latents) {
        const from = levelAt(run.levels, i)
        const to = levelAt(run.levels, i + 1)
        const clean = run.preconditioning.clean(output, from, latents)
        const slope = slopeAt(from.sigma, latents, clean)
        calls = [{ sigma: from.sigma, slope }, ...calls].slice(0, order)
        const used = to.sigma === 0 ? calls.slice(0, 1) : calls
        const factors = coefficients(
          used.map(({ sigma }) => sigma),
          to.sigma,
        )
        const terms = used.map((call, j) => [factors[j] ?? 0, call.slope] as const)
        return { latents: combine([1, latents], ...terms), predictedClean: clean }
      },
    }
  },
}

const logVariance = (sigma: number): number => Math.log1p(sigma ** 2)
const earliest = 0.001
const betaD = (2 * (logVariance(0.002) / earliest - logVariance(80))) / (earliest - 1)
const betaMin = logVariance(80) - betaD / 2

/** t(σ). */
function timeOf(sigma: number): number {
  return (Math.sqrt(betaMin ** 2 + 2 * betaD * logVariance(sigma)) - betaMin) / betaD
}

/** The reference sums up the integral at this many places, both ends included. */
const places = 10_000
/** Intervals of Simpson's rule, which finds the same sum with less work. */
const intervals = 128

/** The factor of the slope at each of the sigmas, newest first, in the step from the first of them to `to`. */
function coefficients([from = 0, ...earlier]: readonly number[], to: number): number[] {
  if (earlier.length === 0) return [to - from]
  const nodes = [from, ...earlier].map(timeOf)
  const [begin = 0] = nodes
  const length = timeOf(to) - begin
  const integrals = nodes.map(() => 0)
  const ends = nodes.map(() => 0)
  for (let n = 0; n <= intervals; n++) {
    const t = begin + (length * n) / intervals
    const isEnd = n === 0 || n === intervals
    const weight = isEnd ? 1 : n % 2 === 1 ? 4 : 2
    for (const j of nodes.keys()) {
      const value = derivative(t) * lagrange(nodes, j, t)
      integrals[j] = (integrals[j] ?? 0) + (weight * value) / (3 * intervals)
      if (isEnd) ends[j] = (ends[j] ?? 0) + value / 2
    }
  }
  // A sum over N places with both ends is N - 1 times the mean and once the mean of the ends.
  return integrals.map((mean, j) => (length * ((places - 1) * mean + (ends[j] ?? 0))) / places)
}

/** dσ/dt. */
function derivative(t: number): number {
  const growth = Math.exp((betaD / 2) * t ** 2 + betaMin * t)
  return ((betaD * t + betaMin) * growth) / (2 * Math.sqrt(growth - 1))
}

/** ℓ_j(t). */
function lagrange(nodes: readonly number[], j: number, t: number): number {
  const node = nodes[j] ?? 0
  return nodes.reduce(
    (product, other, k) => (k === j ? product : (product * (t - other)) / (node - other)),
    1,
  )
}
