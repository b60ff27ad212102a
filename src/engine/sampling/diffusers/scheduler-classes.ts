/**
 * diffusers' scheduler classes that correspond to our samplers. `defaults` mirrors each class's __init__ (version 0.42),
 * key for key: the class ignores other keys of a file, and a missing key has the class's default.
 * `supported` lists the supported values of a key; other values are refused with the key's name.
 */
import { z } from 'zod'
import { interpolations } from '../sampler.ts'
import { solverTypes } from '../solver-types.ts'
import {
  builtOf,
  clip,
  deisEndsAboveZero,
  distilled,
  edm,
  edmKeys,
  evenPlaces,
  flow,
  latentNoise,
  leadingPlaces,
  noise,
  type SchedulerClass,
  spreads,
  threshold,
  zeroSnr,
} from './scheduler-key-groups.ts'
import { finalSigma } from './scheduler-keys.ts'

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
      interpolation_type: z.enum(interpolations),
      timestep_type: z.enum(['discrete', 'continuous']),
      sigma_min: z.number().positive().nullable(),
      sigma_max: z.number().positive().nullable(),
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
      solver_order: z.literal([1, 2, 3]),
      solver_type: solverTypes.dpm,
      lower_order_final: z.boolean(),
      euler_at_final: z.boolean(),
      use_lu_lambdas: z.boolean().nullable(),
      final_sigmas_type: finalSigma,
      variance_type: z.null(),
    },
    deisEndsAboveZero,
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
      algorithm_type: z.literal('dpmsolver++'),
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
      solver_order: z.literal([1, 2]),
      lower_order_final: z.boolean(),
      thresholding: z.literal(false),
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
      thresholding: z.literal(false),
      algorithm_type: z.enum(['dpmsolver++', 'sde-dpmsolver++', 'deis']),
      solver_order: z.literal([1, 2, 3]),
      solver_type: solverTypes.dpm,
      lower_order_final: z.boolean(),
      euler_at_final: z.boolean(),
    },
    deisEndsAboveZero,
  ),
}

/** Whether the class applies zero terminal SNR to its betas when a model requests it; the other classes ignore it. */
export function rescalesToZeroSnr(className: string | undefined): boolean {
  return className === undefined || 'rescale_betas_zero_snr' in (schedulerClasses[className]?.defaults ?? {})
}
