/** The noise levels that diffusers' classes compute for their own samplers. */
import { at, linspace, roundHalfToEven } from '../arithmetic.ts'
import {
  explodingLevel,
  explodingPreconditioning,
  levelOf,
  preservingPreconditioning,
  withClipping,
} from '../preconditioning.ts'
import type { SchedulerConfig } from '../sampler.ts'
import { betaSigmas } from '../schedules/beta.ts'
import { exponentialSigmas } from '../schedules/exponential.ts'
import { karrasSigmas } from '../schedules/karras.ts'
import { logTimestep, type NoiseLevels } from './noise-levels.ts'
import { noiseSchedule, type TrainingNoise } from './noise-schedule.ts'
import { sigmaAt, spacedTimesteps, timestepOf } from './timesteps.ts'

/** Euler and related rules: variance exploding; a sigma spacing covers the range of the chosen timesteps. */
export function chosenRange(config: SchedulerConfig, steps: number): NoiseLevels {
  const training = noiseSchedule(config, true)
  const visited = spacedTimesteps(config, steps)
  const plain =
    config.interpolation === 'linear'
      ? visited.map(t => sigmaAt(training, t))
      : logLinearSigmas(training, visited.length + 1)
  const { least = at(plain, plain.length - 1), most: highest = at(plain, 0) } = config.sigmaRange
  const range = { least, most: highest }
  const spread = config.sigmas === 'plain' ? undefined : spreadSigmas(config.sigmas, range, visited.length)
  const final = config.finalSigma === 'zero' ? 0 : at(training.sigmas, 0)
  const all = [...(spread ?? plain), final].map(Math.fround)
  const timesteps = config.logTimesteps
    ? all.slice(0, -1).map(logTimestep)
    : (spread?.map(sigma => timestepOf(training, sigma)) ?? visited)
  const sigmas = all.slice(0, timesteps.length + 1)
  const most = Math.max(...sigmas)
  return {
    timesteps: timesteps.map(Math.fround),
    levels: sigmas.map(explodingLevel),
    sigmas,
    // With leading spacing the first timestep is not pure noise, so the reference adds the clean part's unit variance.
    initNoiseSigma: config.spacing === 'leading' ? Math.sqrt(most ** 2 + 1) : most,
    preconditioning: withClipping(explodingPreconditioning(config.prediction), config.clipRange),
    timestepOf: config.logTimesteps ? logTimestep : sigma => timestepOf(training, sigma),
  }
}

/** One more than there are timesteps, so the last one ends the run above 0, as in the reference. */
function logLinearSigmas({ logSigmas }: TrainingNoise, count: number): number[] {
  return linspace(at(logSigmas, logSigmas.length - 1), at(logSigmas, 0), count).map(Math.exp)
}

/** For DPM2: with Karras sigmas, timesteps of whole steps are rounded, and those in between stay fractional. */
export function chosenRangeRounded(config: SchedulerConfig, steps: number): NoiseLevels {
  const levels = chosenRange(config, steps)
  return config.sigmas === 'karras' ? { ...levels, timesteps: levels.timesteps.map(roundHalfToEven) } : levels
}

interface TrainingRangeOptions {
  /** A run that does not end at 0 ends at the last sigma of the spacing, which is the largest in a run of one step. */
  readonly endsAtLast?: boolean
  /** Timesteps of Karras sigmas and Lu's are rounded, unless the betas are a cosine's. */
  readonly truncatesCosine?: boolean
}

/** DPM-Solver++ in several orders. */
export function multistepRange(config: SchedulerConfig, steps: number): NoiseLevels {
  return trainingRange(config, steps, { truncatesCosine: true })
}

/** The DPM family: variance preserving, whole timesteps; a sigma spacing covers the range of the whole training. */
export function trainingRange(
  config: SchedulerConfig,
  steps: number,
  { endsAtLast = false, truncatesCosine = false }: TrainingRangeOptions = {},
): NoiseLevels {
  const training = noiseSchedule(config, true)
  const least = at(training.sigmas, 0)
  const most = at(training.sigmas, training.sigmas.length - 1)
  const visited = spacedTimesteps(config, steps, false)
  const spread = config.sigmas === 'plain' ? undefined : spreadSigmas(config.sigmas, { least, most }, steps)
  const isTruncated = truncatesCosine && config.betaSchedule === 'squaredcos_cap_v2'
  const isRounded = config.sigmas === 'karras' || (config.isLu && config.sigmas === 'exponential')
  const round = isRounded && !isTruncated ? roundHalfToEven : Math.trunc
  const lowest = (endsAtLast ? spread?.at(-1) : undefined) ?? least
  const final = config.finalSigma === 'zero' ? 0 : lowest
  const sigmas = [...(spread ?? visited.map(t => sigmaAt(training, t))), final].map(Math.fround)
  return {
    timesteps: (spread?.map(sigma => round(timestepOf(training, sigma))) ?? visited).map(Math.fround),
    levels: sigmas.map(levelOf),
    sigmas,
    initNoiseSigma: 1,
    preconditioning: withClipping(preservingPreconditioning(config.prediction), config.clipRange),
    timestepOf: sigma => timestepOf(training, sigma),
  }
}

function spreadSigmas(
  spread: 'karras' | 'exponential' | 'beta',
  { least, most }: { least: number; most: number },
  steps: number,
): number[] {
  switch (spread) {
    case 'karras':
      return karrasSigmas(least, most, steps)
    case 'exponential':
      return exponentialSigmas(least, most, steps)
    case 'beta':
      return betaSigmas(least, most, steps)
  }
}
