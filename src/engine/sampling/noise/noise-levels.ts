/** The noise levels of one run, with the network's timesteps and preconditioning: a schedule's output, a sampler's input. */
import { at, combine, linspace } from '../arithmetic.ts'
import {
  edmPreconditioning,
  explodingLevel,
  explodingPreconditioning,
  levelAt,
  type NoiseLevel,
  type Preconditioning,
} from '../preconditioning.ts'
import type { Sampler, SchedulerConfig } from '../sampler.ts'
import { preciseTrainingNoise, type TrainingNoise } from './noise-schedule.ts'
import { timestepOf } from './timesteps.ts'

export interface NoiseLevels {
  /** The network's timestep input, one per step, from noisy to clean. */
  readonly timesteps: readonly number[]
  /** One more than timesteps: the last level is the end of the run. */
  readonly levels: readonly NoiseLevel[]
  /** σ/α of each level: σ in variance exploding space. */
  readonly sigmas: readonly number[]
  /** Standard deviation of the initial noise: unit noise is multiplied by it. */
  readonly initNoiseSigma: number
  readonly preconditioning: Preconditioning
  /** The network's timestep at a σ between two steps (variance exploding). */
  timestepOf(sigma: number): number
}

/**
 * Levels of any list of σ, from noisy to clean; the last one ends the run. As in k-diffusion: exploding space with
 * fractional timesteps, starting from noise·σ_max. The reference keeps σ in float32.
 */
export function levelsOfSigmas(config: SchedulerConfig, sigmas: readonly number[]): NoiseLevels {
  const { edm, prediction, logTimesteps } = config
  const rounded = sigmas.map(Math.fround)
  const training = trainingNoiseOf(config)
  const timestepAt = edm || logTimesteps ? logTimestep : (sigma: number) => timestepOf(training, sigma)
  return {
    timesteps: rounded.slice(0, -1).map(sigma => Math.fround(timestepAt(sigma))),
    levels: rounded.map(explodingLevel),
    sigmas: rounded,
    initNoiseSigma: at(rounded, 0),
    preconditioning: edm
      ? edmPreconditioning(prediction, edm.sigmaData)
      : explodingPreconditioning(prediction),
    timestepOf: timestepAt,
  }
}

/** c_noise of EDM. */
export function logTimestep(sigma: number): number {
  return 0.25 * Math.log(sigma)
}

/** The σ that the model was trained on. EDM's σ are continuous; a thousand of them, even in ln σ, represent them. */
export function trainingNoiseOf(config: SchedulerConfig): TrainingNoise {
  const { edm, trainTimesteps } = config
  if (!edm) return preciseTrainingNoise(config)
  const logSigmas = linspace(Math.log(edm.sigmaMin), Math.log(edm.sigmaMax), trainTimesteps)
  return { sigmas: logSigmas.map(Math.exp), logSigmas }
}

/** Model calls that differ from the steps, when a rule calls the U-Net twice per step or after adding noise. */
export interface ModelCalls {
  readonly order: 1 | 2
  readonly timesteps: readonly number[]
  /** The noise level of the latents at each call. */
  readonly levels: readonly NoiseLevel[]
  /** The level at which each call evaluates the network, if it differs: in DPM2, and after added noise. */
  readonly evaluationLevels?: readonly NoiseLevel[]
}

/** Everything but the step, with one model call per step. */
export function samplerFrame(run: NoiseLevels): Omit<Sampler, 'step'> {
  return callFrame(run, { order: 1, timesteps: run.timesteps, levels: run.levels })
}

/** Everything but the step, with model calls that differ from the steps. */
export function callFrame(
  { preconditioning, initNoiseSigma }: Pick<NoiseLevels, 'preconditioning' | 'initNoiseSigma'>,
  { order, timesteps, levels, evaluationLevels = levels }: ModelCalls,
): Omit<Sampler, 'step'> {
  return {
    timesteps,
    order,
    initNoiseSigma,
    scaleInput: (latents, i) => preconditioning.scaleInput(latents, levelAt(evaluationLevels, i)),
    addNoise: (clean, noise, i) => {
      const { alpha, sigma } = levelAt(levels, i)
      return combine([alpha, clean], [sigma, noise])
    },
  }
}
