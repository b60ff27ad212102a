/**
 * The training noise: betas, cumulative alphas and sigmas per training timestep.
 * Each intermediate is rounded to float32 as in the reference, because a thousand roundings are visible in the sigmas.
 */
import { at } from '../arithmetic.ts'
import type { SchedulerConfig } from '../sampler.ts'
import { floatLog } from './float-log.ts'
import { trainingBetas, trainingBetas32 } from './training-betas.ts'

/** The noise that a model was trained on, per training timestep. */
export interface TrainingNoise {
  /** Rising. */
  readonly sigmas: ArrayLike<number>
  readonly logSigmas: ArrayLike<number>
}

/** The training noise of a model with betas: σ = √((1-ᾱ)/ᾱ). */
export interface NoiseSchedule extends TrainingNoise {
  /** ᾱ per training timestep, falling from almost 1. */
  readonly alphasCumulated: Float32Array
  readonly sigmas: Float32Array
}

const f = Math.fround

/** ᾱ of the last timestep, in place of the 0 of zero terminal SNR: the smallest positive float16. */
const almostNoSignal = 2 ** -24

/**
 * The schedule of a config. Samplers that divide by √ᾱ set `keepSignal`, which keeps it above 0.
 * The DDIM family accepts 0.
 */
export function noiseSchedule(config: SchedulerConfig, keepSignal: boolean): NoiseSchedule {
  const betas = config.zeroTerminalSnr ? zeroTerminalSnr(trainingBetas32(config)) : trainingBetas32(config)
  const alphasCumulated = cumulativeProducts(betas)
  const last = alphasCumulated.length - 1
  if (config.zeroTerminalSnr && keepSignal) alphasCumulated[last] = almostNoSignal
  // One value in six of torch's own square root is a unit in the last place off, either way. No known approximation gives the same ones.
  const sigmas = alphasCumulated.map(alpha => Math.sqrt(f(f(1 - alpha) / alpha)))
  // √(2^24 - 1) is almost midway between two float32 numbers. The reference's power function returns this one.
  if (alphasCumulated[last] === almostNoSignal) sigmas[last] = 4096
  return { alphasCumulated, sigmas, logSigmas: sigmas.map(floatLog) }
}

/** σ of a config in float64, as ComfyUI computes it. The smallest differ from the float32 values in the fifth digit. */
export function preciseTrainingNoise(config: SchedulerConfig): TrainingNoise {
  let product = 1
  const roots = trainingBetas(config).map(beta => {
    product *= 1 - beta
    return Math.sqrt(product)
  })
  const [first, last] = [at(roots, 0), at(roots, roots.length - 1)]
  const rescaled = config.zeroTerminalSnr
    ? roots.map(root => ((root - last) * first) / (first - last))
    : roots
  const sigmas = rescaled.map(root => {
    const alphaCumulated = Math.max(root ** 2, config.zeroTerminalSnr ? almostNoSignal : 0)
    return Math.sqrt((1 - alphaCumulated) / alphaCumulated)
  })
  return { sigmas, logSigmas: sigmas.map(Math.log) }
}

/** Cumulative products of 1 - β, accumulated in float64, stored in float32. */
function cumulativeProducts(betas: Float32Array): Float32Array {
  let product = 1
  return betas.map(beta => (product *= f(1 - beta)))
}

/** Shifts and scales √ᾱ so that it ends at 0 and its first value is unchanged; Lin et al. 2023, algorithm 1. */
function zeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeProducts(betas).map(Math.sqrt)
  const first = at(roots, 0)
  const last = at(roots, roots.length - 1)
  const scale = f(first / f(first - last))
  const alphasCumulated = roots.map(root => f(f(root - last) * scale) ** 2)
  return alphasCumulated.map((alpha, t) => 1 - (t === 0 ? alpha : f(alpha / at(alphasCumulated, t - 1))))
}
