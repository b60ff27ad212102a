/** The noise levels that one run goes through, and how the network is asked there: what a schedule hands to a sampler. */
import { at, combine, linspace } from './arithmetic.ts'
import { preciseTrainingNoise, type TrainingNoise } from './noise-schedule.ts'
import {
  edmPreconditioning,
  explodingLevel,
  explodingPreconditioning,
  type Level,
  levelAt,
  type Preconditioning,
} from './preconditioning.ts'
import type { Sampler, SchedulerConfig } from './sampler.ts'
import { timestepOf } from './timesteps.ts'

export interface NoiseLevels {
  /** What the network is told, one per step, from noisy to clean. */
  readonly timesteps: readonly number[]
  /** One more than timesteps: the last is where the run ends. */
  readonly levels: readonly Level[]
  /** σ/α of each level: σ as exploding space has it. */
  readonly sigmas: readonly number[]
  /** Standard deviation by which unit noise is multiplied to start from nothing. */
  readonly initNoiseSigma: number
  readonly preconditioning: Preconditioning
  /** What the network is told at a σ between two steps (exploding). */
  timestepOf(sigma: number): number
}

/**
 * Levels of any list of σ, from noisy to clean, the last where the run ends: k-diffusion's way, in exploding space with
 * fractional timesteps, starting from noise·σ_max. The reference keeps σ in float32.
 */
export function levelsOfSigmas(config: SchedulerConfig, sigmas: readonly number[]): NoiseLevels {
  const { edm, prediction } = config
  const rounded = sigmas.map(Math.fround)
  const training = trainingNoiseOf(config)
  const told = edm ? edmTimestep : (sigma: number) => timestepOf(training, sigma)
  return {
    timesteps: rounded.slice(0, -1).map(sigma => Math.fround(told(sigma))),
    levels: rounded.map(explodingLevel),
    sigmas: rounded,
    initNoiseSigma: at(rounded, 0),
    preconditioning: edm
      ? edmPreconditioning(prediction, edm.sigmaData)
      : explodingPreconditioning(prediction),
    timestepOf: told,
  }
}

/** c_noise of EDM. */
function edmTimestep(sigma: number): number {
  return 0.25 * Math.log(sigma)
}

/** The σ that the model was trained on. EDM's are continuous: a thousand of them, even in ln σ, stand for them. */
export function trainingNoiseOf(config: SchedulerConfig): TrainingNoise {
  const { edm, trainTimesteps } = config
  if (!edm) return preciseTrainingNoise(config)
  const logSigmas = linspace(Math.log(edm.sigmaMin), Math.log(edm.sigmaMax), trainTimesteps)
  return { sigmas: logSigmas.map(Math.exp), logSigmas }
}

/** Model calls that differ from the steps: where the U-Net is asked twice a step, or after noise was added. */
export interface ModelCalls {
  readonly order: 1 | 2
  readonly timesteps: readonly number[]
  /** Where the latents stand at each call. */
  readonly levels: readonly Level[]
  /** The level that each call looks at, where it is another (DPM2). */
  readonly lookedAt?: readonly Level[]
}

/** Everything but the step, with one model call per step. */
export function samplerFrame(run: NoiseLevels): Omit<Sampler, 'step'> {
  return callFrame(run, { order: 1, timesteps: run.timesteps, levels: run.levels })
}

/** The same with model calls of their own. */
export function callFrame(
  { preconditioning, initNoiseSigma }: Pick<NoiseLevels, 'preconditioning' | 'initNoiseSigma'>,
  { order, timesteps, levels, lookedAt = levels }: ModelCalls,
): Omit<Sampler, 'step'> {
  return {
    timesteps,
    order,
    initNoiseSigma,
    scaleInput: (latents, i) => preconditioning.scaleInput(latents, levelAt(lookedAt, i)),
    addNoise: (clean, noise, i) => {
      const { alpha, sigma } = levelAt(levels, i)
      return combine([alpha, clean], [sigma, noise])
    },
  }
}
