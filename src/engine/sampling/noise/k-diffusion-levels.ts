/** The noise levels of k-diffusion and the UIs: any schedule, over the whole training range. */
import { AppError } from '../../../errors/errors.ts'
import type { SchedulerConfig } from '../sampler.ts'
import { schedules } from '../schedule-registry.ts'
import { exponential } from '../schedules/exponential.ts'
import { karrasSchedule } from '../schedules/karras.ts'
import { levelsOfSigmas, type NoiseLevels, trainingNoiseOf } from './noise-levels.ts'

/** Levels for rules without a diffusers class: the config's sigma spacing names the schedule, and `plain` is Normal. */
export function kDiffusionLevels(config: SchedulerConfig, steps: number): NoiseLevels {
  return scheduledLevels(config.sigmas === 'plain' ? 'normal' : config.sigmas, config, steps)
}

/** `discardsPenultimate`: the list is computed for one more step, and its smallest sigma before the end is removed. */
export function scheduledLevels(
  name: string,
  config: SchedulerConfig,
  steps: number,
  discardsPenultimate = false,
): NoiseLevels {
  const schedule = schedules.find(one => one.name === name)
  if (!schedule)
    throw new AppError('internal', { problem: `a work order names an unknown schedule, ${name}` })
  const training = trainingNoiseOf(config)
  const sigmas = discardsPenultimate
    ? withoutPenultimate(schedule.sigmas(training, steps + 1))
    : schedule.sigmas(training, steps)
  return levelsOfSigmas(config, sigmas)
}

export function withoutPenultimate(sigmas: readonly number[]): number[] {
  return [...sigmas.slice(0, -2), ...sigmas.slice(-1)]
}

/** Levels of a model trained with EDM's scalings, as diffusers' EDMEulerScheduler and EDMDPMSolverMultistepScheduler. */
export function edmLevels(config: SchedulerConfig, steps: number): NoiseLevels {
  const { edm } = config
  if (!edm) throw new AppError('internal', { problem: 'the model has no EDM noise' })
  const spread = edm.spread === 'karras' ? karrasSchedule(edm.rho) : exponential
  const training = trainingNoiseOf(config)
  const final = config.finalSigma === 'zero' ? 0 : edm.sigmaMin
  const levels = levelsOfSigmas(config, [...spread.sigmas(training, steps).slice(0, -1), final])
  return { ...levels, initNoiseSigma: Math.sqrt(edm.sigmaMax ** 2 + 1) }
}
