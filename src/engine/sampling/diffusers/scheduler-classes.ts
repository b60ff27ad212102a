/**
 * diffusers' scheduler classes that correspond to our samplers. `defaults` mirrors each class's __init__ (version 0.42),
 * key for key: the class ignores other keys of a file, and a missing key has the class's default.
 * `supported` lists the supported values of a key; other values are refused with the key's name.
 */

import { z } from 'zod'
import { timestepSpacings } from '../../../common/choices.ts'
import { betaSchedules, edmSpreads, predictions } from '../sampler.ts'
import { solverTypes } from '../solver-types.ts'
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

const noise = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
}
const latentNoise = { ...noise, beta_start: 0.00085, beta_end: 0.012 }
const spreads = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false }
const evenPlaces = { timestep_spacing: 'linspace', steps_offset: 0 }
const leadingPlaces = { timestep_spacing: 'leading', steps_offset: 0 }
const zeroSnr = { rescale_betas_zero_snr: false }
const threshold = { thresholding: false, dynamic_thresholding_ratio: 0.995, sample_max_value: 1 }
const flow = {
  use_flow_sigmas: false,
  flow_shift: 1,
  use_dynamic_shifting: false,
  time_shift_type: 'exponential',
}
const clip = { clip_sample: false, clip_sample_range: 1 }
const distilled = { original_inference_steps: 50, set_alpha_to_one: true, timestep_scaling: 10 }
const edm = {
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
  steps_offset: z.int().min(0).max(1),
  rescale_betas_zero_snr: z.boolean().nullable(),
  thresholding: z.literal(false),
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

function builtOf(defaults: Record<string, unknown>, own: z.ZodRawShape = {}): SchedulerClass {
  const known = Object.entries(shared.shape).filter(([key]) => key in defaults)
  return { defaults, supported: z.looseObject({ ...Object.fromEntries(known), ...own }) }
}

const kdpm2 = builtOf({ ...latentNoise, ...spreads, ...evenPlaces })

export const schedulerClasses: Readonly<Record<string, SchedulerClass>> = {
  EulerDiscreteScheduler: builtOf(
    {
      ...noise,
      interpolation_type: 'linear',
      ...spreads,
      sigma_min: null,
      sigma_max: null,
      ...evenPlaces,
      timestep_type: 'discrete',
      ...zeroSnr,
      final_sigmas_type: 'zero',
    },
    {
      interpolation_type: z.literal('linear'),
      timestep_type: z.literal('discrete'),
      sigma_min: z.null(),
      sigma_max: z.null(),
      final_sigmas_type: finalSigma,
    },
  ),
  EulerAncestralDiscreteScheduler: builtOf({ ...noise, ...evenPlaces, ...zeroSnr }),
  HeunDiscreteScheduler: builtOf({ ...latentNoise, ...spreads, ...clip, ...evenPlaces }),
  LMSDiscreteScheduler: builtOf({ ...noise, ...spreads, ...evenPlaces }),
  KDPM2DiscreteScheduler: kdpm2,
  KDPM2AncestralDiscreteScheduler: kdpm2,
  DPMSolverMultistepScheduler: builtOf(
    {
      ...noise,
      solver_order: 2,
      ...threshold,
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
      lower_order_final: true,
      euler_at_final: false,
      ...spreads,
      use_lu_lambdas: false,
      ...flow,
      final_sigmas_type: 'zero',
      lambda_min_clipped: null,
      variance_type: null,
      ...evenPlaces,
      ...zeroSnr,
    },
    {
      algorithm_type: z.enum(['dpmsolver++', 'sde-dpmsolver++', 'deis']),
      solver_order: z.literal([2, 3]),
      solver_type: solverTypes.dpm,
      lower_order_final: z.boolean(),
      euler_at_final: z.boolean(),
      use_lu_lambdas: z.literal([false, null]),
      final_sigmas_type: finalSigma,
      variance_type: z.null(),
    },
  ),
  DPMSolverSinglestepScheduler: builtOf(
    {
      ...noise,
      solver_order: 2,
      ...threshold,
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
      lower_order_final: false,
      ...spreads,
      ...flow,
      final_sigmas_type: 'zero',
      lambda_min_clipped: null,
      variance_type: null,
    },
    {
      algorithm_type: z.enum(['dpmsolver++', 'deis']),
      solver_type: solverTypes.dpmSinglestep,
      // The class sets lower_order_final itself when the final sigma is 0.
      final_sigmas_type: z.literal('zero'),
      variance_type: z.null(),
    },
  ),
  UniPCMultistepScheduler: builtOf(
    {
      ...noise,
      solver_order: 2,
      ...threshold,
      predict_x0: true,
      solver_type: 'bh2',
      lower_order_final: true,
      disable_corrector: [],
      solver_p: null,
      ...spreads,
      ...flow,
      ...evenPlaces,
      final_sigmas_type: 'zero',
      ...zeroSnr,
      sigma_min: null,
      sigma_max: null,
      shift_terminal: null,
    },
    {
      predict_x0: z.literal(true),
      solver_type: solverTypes.uniPc,
      solver_order: z.literal([1, 2, 3]),
      lower_order_final: z.literal(true),
      disable_corrector: z.tuple([]),
      solver_p: z.null(),
      final_sigmas_type: finalSigma,
      sigma_min: z.null(),
      sigma_max: z.null(),
      shift_terminal: z.null(),
    },
  ),
  DEISMultistepScheduler: builtOf(
    {
      ...noise,
      solver_order: 2,
      ...threshold,
      algorithm_type: 'deis',
      solver_type: 'logrho',
      lower_order_final: true,
      ...spreads,
      ...flow,
      ...evenPlaces,
    },
    {
      algorithm_type: z.enum(['deis', 'dpmsolver', 'dpmsolver++']),
      solver_type: solverTypes.deis,
      lower_order_final: z.literal(true),
    },
  ),
  DDIMScheduler: builtOf({
    ...noise,
    ...clip,
    clip_sample: true,
    set_alpha_to_one: true,
    ...threshold,
    ...leadingPlaces,
    ...zeroSnr,
  }),
  DDPMScheduler: builtOf(
    {
      ...noise,
      variance_type: 'fixed_small',
      ...clip,
      clip_sample: true,
      ...threshold,
      ...leadingPlaces,
      ...zeroSnr,
    },
    { variance_type: z.literal('fixed_small') },
  ),
  PNDMScheduler: builtOf(
    { ...noise, skip_prk_steps: false, set_alpha_to_one: false, ...leadingPlaces },
    { skip_prk_steps: z.literal(true) },
  ),
  LCMScheduler: builtOf({
    ...latentNoise,
    beta_schedule: 'scaled_linear',
    ...distilled,
    ...clip,
    ...threshold,
    ...leadingPlaces,
    ...zeroSnr,
  }),
  // In the reference, clip_sample and thresholding have no effect in this class.
  TCDScheduler: builtOf({
    ...latentNoise,
    beta_schedule: 'scaled_linear',
    ...distilled,
    ...leadingPlaces,
    ...zeroSnr,
  }),
  EDMEulerScheduler: builtOf(edm, edmKeys()),
  EDMDPMSolverMultistepScheduler: builtOf(
    {
      ...edm,
      solver_order: 2,
      ...threshold,
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
      lower_order_final: true,
      euler_at_final: false,
    },
    {
      ...edmKeys(),
      algorithm_type: z.enum(['dpmsolver++', 'sde-dpmsolver++', 'deis']),
      solver_order: z.literal([2, 3]),
      solver_type: solverTypes.dpm,
      lower_order_final: z.boolean(),
      euler_at_final: z.boolean(),
    },
  ),
}

function edmKeys() {
  return {
    sigma_min: z.number().positive(),
    sigma_max: z.number().positive(),
    sigma_data: z.number().positive(),
    sigma_schedule: z.enum(edmSpreads),
    rho: z.number().positive(),
    final_sigmas_type: finalSigma,
  }
}

/** Whether the class applies zero terminal SNR to its betas when a model requests it; the other classes ignore it. */
export function rescalesToZeroSnr(className: string | undefined): boolean {
  return className === undefined || 'rescale_betas_zero_snr' in (schedulerClasses[className]?.defaults ?? {})
}
