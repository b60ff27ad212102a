/** Builds the sampler of a run, with its schedule, from a work order. */
import { AppError } from '../../errors/errors.ts'
import { createSampler } from '../sampling/create-sampler.ts'
import { configFor, type ModelSchedule } from '../sampling/diffusers/scheduler-config.ts'
import type { Sampler, SchedulerConfig } from '../sampling/sampler.ts'
import { findSampler } from '../sampling/sampler-names.ts'
import { stepsOf } from '../step-counts.ts'
import type { SamplingOrder } from '../work-order.ts'

/** A sampler and the schedule from which it was built. The spans of an ensemble need both. */
export interface SamplerSetup {
  readonly sampler: Sampler
  readonly config: SchedulerConfig
  readonly steps: number
}

/** The sampler of an order. The value `model` keeps that of the model's scheduler_config.json if the sampler supports it. */
export function setUpSampler(sampling: SamplingOrder, schedule: ModelSchedule): SamplerSetup {
  const found = findSampler(sampling.sampler)
  if (found.kind === 'unknown') {
    throw new AppError('internal', { problem: `a work order names an unknown sampler, ${sampling.sampler}` })
  }
  const { kind } = found.choice
  const own = configFor(schedule, kind, sampling.schedule !== undefined)
  const wanted = sampling.sigmas === 'model' ? own.sigmas : sampling.sigmas
  const { noise } = sampling
  const config: SchedulerConfig = {
    ...own,
    sigmas: wanted === 'plain' || kind.sigmas.includes(wanted) ? wanted : 'plain',
    spacing: sampling.spacing === 'model' ? own.spacing : sampling.spacing,
    schedule: sampling.schedule,
    eta: sampling.eta ?? own.eta,
    rule: { ...own.rule, ...(noise && { eta: noise.eta, churn: noise.churn }) },
    timesteps: sampling.timesteps,
  }
  const asked = stepsOf(sampling)
  const sampler = createSampler(kind, config, asked)
  // Schedules of the UIs may give more or fewer steps than requested.
  const isCounted = sampling.schedule !== undefined || kind.diffusersClass === undefined
  const steps = isCounted ? Math.ceil(sampler.timesteps.length / sampler.order) : asked
  return { sampler, config, steps }
}
