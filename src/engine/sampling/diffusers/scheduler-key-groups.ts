/** Groups of keys that several of diffusers' scheduler classes have, with their defaults and their supported values. */
import { z } from 'zod'
import { timestepSpacings } from '../../../common/choices.ts'
import { complain } from '../../weights/config-file.ts'
import { betaSchedules, edmSpreads, predictions } from '../sampler.ts'
import { finalSigma } from './scheduler-keys.ts'

export interface SchedulerClass {
  readonly defaults: Readonly<Record<string, unknown>>
  readonly supported: z.ZodObject
}

/** The keys of the training noise. Sampling needs all of them. */
export const noiseKeys = [
  'num_train_timesteps',
  'beta_start',
  'beta_end',
  'beta_schedule',
  'trained_betas',
  'prediction_type',
] as const

export const noise = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
}
export const latentNoise = { ...noise, beta_start: 0.00085, beta_end: 0.012 }
export const spreads = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false }
export const evenPlaces = { timestep_spacing: 'linspace', steps_offset: 0 }
export const leadingPlaces = { timestep_spacing: 'leading', steps_offset: 0 }
export const zeroSnr = { rescale_betas_zero_snr: false }
export const threshold = { thresholding: false, dynamic_thresholding_ratio: 0.995, sample_max_value: 1 }
export const flow = {
  use_flow_sigmas: false,
  flow_shift: 1,
  use_dynamic_shifting: false,
  time_shift_type: 'exponential',
}
export const clip = { clip_sample: false, clip_sample_range: 1 }
export const distilled = { original_inference_steps: 50, set_alpha_to_one: true, timestep_scaling: 10 }
export const edm = {
  sigma_min: 0.002,
  sigma_max: 80,
  sigma_data: 0.5,
  sigma_schedule: 'karras',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  rho: 7,
  final_sigmas_type: 'zero',
}

/** Keys whose supported values are the same in every class. */
const shared = z.looseObject({
  num_train_timesteps: z.int().min(2).max(100_000),
  beta_start: z.number().positive().lt(1),
  beta_end: z.number().positive().lt(1),
  beta_schedule: z.enum(betaSchedules),
  trained_betas: z.null(),
  prediction_type: z.enum(predictions),
  use_karras_sigmas: z.boolean().nullable(),
  use_exponential_sigmas: z.boolean().nullable(),
  use_beta_sigmas: z.boolean().nullable(),
  timestep_spacing: z.enum(timestepSpacings),
  steps_offset: z.int().min(0).max(100),
  rescale_betas_zero_snr: z.boolean().nullable(),
  thresholding: z.boolean(),
  clip_sample: z.boolean(),
  clip_sample_range: z.number().positive(),
  set_alpha_to_one: z.boolean(),
  original_inference_steps: z.int().positive(),
  timestep_scaling: z.number().positive(),
  solver_order: z.literal(2),
  use_flow_sigmas: z.literal([false, null]),
  use_dynamic_shifting: z.literal([false, null]),
  lambda_min_clipped: z.null(),
})

type KeysCheck = (keys: Readonly<Record<string, unknown>>, context: z.RefinementCtx) => void

/** `check` looks at several keys together. */
export function builtOf(
  defaults: Record<string, unknown>,
  own: z.ZodRawShape = {},
  check: KeysCheck = () => undefined,
): SchedulerClass {
  const known = Object.entries(shared.shape).filter(([key]) => key in defaults)
  return {
    defaults,
    supported: z
      .looseObject({ ...Object.fromEntries(known), ...own })
      .superRefine(thresholdsAtOne)
      .superRefine(check),
  }
}

/** A larger maximum makes the threshold a quantile of each picture's values, which latents do not have use for. */
function thresholdsAtOne(...[keys, context]: Parameters<KeysCheck>): void {
  const { thresholding, sample_max_value } = keys
  if (thresholding !== true || sample_max_value === 1) return
  complain(context, 'sample_max_value', {
    what: 'value',
    found: JSON.stringify(sample_max_value),
    supported: ['1'],
  })
}

/** In DPM-Solver's classes "deis" stands for DPM-Solver++, but the reference refuses it for runs that end at zero. */
export function deisEndsAboveZero(...[keys, context]: Parameters<KeysCheck>): void {
  const { algorithm_type, final_sigmas_type } = keys
  if (algorithm_type !== 'deis' || final_sigmas_type !== 'zero') return
  complain(context, 'final_sigmas_type', { what: 'value', found: 'zero', supported: ['sigma_min'] })
}

/** A step of a higher order to zero is infinite in UniPC's class. */
export function endsInLowOrderAtZero(...[keys, context]: Parameters<KeysCheck>): void {
  const { lower_order_final, final_sigmas_type, solver_order } = keys
  if (lower_order_final !== false || final_sigmas_type !== 'zero' || solver_order === 1) return
  complain(context, 'lower_order_final', { what: 'value', found: 'false', supported: ['true'] })
}

/** The supported values of EDM's classes. */
export function edmKeys() {
  return {
    sigma_min: z.number().positive(),
    sigma_max: z.number().positive(),
    sigma_data: z.number().positive(),
    sigma_schedule: z.enum(edmSpreads),
    rho: z.number().positive(),
    final_sigmas_type: finalSigma,
  }
}
