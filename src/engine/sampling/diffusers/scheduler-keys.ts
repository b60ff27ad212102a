/** The keys of a scheduler_config.json that become numbers, and the config that they mean. */

import { z } from 'zod'
import { timestepSpacings } from '../../../common/choices.ts'
import { complain } from '../../weights/config-file.ts'
import {
  betaSchedules,
  type EdmNoise,
  edmSpreads,
  interpolations,
  predictions,
  type RuleOptions,
  type SchedulerConfig,
} from '../sampler.ts'

/** The sigma after the last step, in diffusers' words. */
export const finalSigma = z.enum(['zero', 'sigma_min'])

/** The keys that become numbers. A sampler ignores keys that its class does not have. */
export const keysSchema = z
  .object({
    num_train_timesteps: z.number().default(1000),
    beta_start: z.number().default(0.00085),
    beta_end: z.number().default(0.012),
    beta_schedule: z.enum(betaSchedules).default('scaled_linear'),
    prediction_type: z.enum(predictions).default('epsilon'),
    timestep_spacing: z.enum(timestepSpacings).default('linspace'),
    steps_offset: z.number().default(0),
    use_karras_sigmas: z.boolean().nullish(),
    use_exponential_sigmas: z.boolean().nullish(),
    use_beta_sigmas: z.boolean().nullish(),
    use_lu_lambdas: z.boolean().nullish(),
    interpolation_type: z.enum(interpolations).default('linear'),
    timestep_type: z.enum(['discrete', 'continuous']).default('discrete'),
    thresholding: z.boolean().default(false),
    variance_type: z.string().nullish(),
    rescale_betas_zero_snr: z.boolean().nullish(),
    final_sigmas_type: finalSigma.default('zero'),
    set_alpha_to_one: z.boolean().default(false),
    original_inference_steps: z.number().default(50),
    timestep_scaling: z.number().default(10),
    clip_sample: z.boolean().default(false),
    clip_sample_range: z.number().default(1),
    algorithm_type: z.string().optional(),
    solver_type: z.string().optional(),
    solver_order: z.number().optional(),
    lower_order_final: z.boolean().optional(),
    euler_at_final: z.boolean().optional(),
    sigma_data: z.number().optional(),
    sigma_min: z.number().nullish(),
    sigma_max: z.number().nullish(),
    sigma_schedule: z.enum(edmSpreads).optional(),
    rho: z.number().optional(),
  })
  .superRefine(({ algorithm_type, solver_order }, context) => {
    if (algorithm_type !== 'sde-dpmsolver++' || solver_order !== 3) return
    complain(context, 'solver_order', { what: 'value', found: '3', supported: ['1', '2'] })
  })
export type Keys = z.infer<typeof keysSchema>

export function plainConfigOf(keys: Keys): SchedulerConfig {
  return {
    trainTimesteps: keys.num_train_timesteps,
    betaStart: keys.beta_start,
    betaEnd: keys.beta_end,
    betaSchedule: keys.beta_schedule,
    prediction: keys.prediction_type,
    spacing: keys.timestep_spacing,
    stepsOffset: keys.steps_offset,
    sigmas: spreadOf(keys),
    isLu: isLu(keys),
    sigmaRange: { least: keys.sigma_min ?? undefined, most: keys.sigma_max ?? undefined },
    interpolation: keys.interpolation_type,
    // The reference has continuous timesteps for v alone.
    logTimesteps: keys.timestep_type === 'continuous' && keys.prediction_type === 'v_prediction',
    zeroTerminalSnr: keys.rescale_betas_zero_snr ?? false,
    finalSigma: keys.final_sigmas_type === 'sigma_min' ? 'minimum' : 'zero',
    setAlphaToOne: keys.set_alpha_to_one,
    originalSteps: keys.original_inference_steps,
    timestepScaling: keys.timestep_scaling,
    clipRange: clipRangeOf(keys),
    hasLargeVariance: keys.variance_type === 'fixed_large',
    edm: edmOf(keys),
    rule: ruleOf(keys),
  }
}

export function spreadOf(keys: Keys): SchedulerConfig['sigmas'] {
  if (keys.use_karras_sigmas) return 'karras'
  if (isLu(keys) || keys.use_exponential_sigmas) return 'exponential'
  return keys.use_beta_sigmas ? 'beta' : 'plain'
}

/** Lu's steps are even in λ = -ln σ, which exponential sigmas are, too. */
function isLu({ use_lu_lambdas, use_karras_sigmas }: Keys): boolean {
  return use_lu_lambdas === true && use_karras_sigmas !== true
}

/** Thresholds between 1 and sample_max_value = 1 clip to ±1, before clip_sample (Saharia et al. 2022, section 2.3). */
function clipRangeOf({ thresholding, clip_sample, clip_sample_range }: Keys): number | undefined {
  if (thresholding) return 1
  return clip_sample ? clip_sample_range : undefined
}

function edmOf({ sigma_data, sigma_min, sigma_max, rho, sigma_schedule }: Keys): EdmNoise | undefined {
  if (sigma_data === undefined) return undefined
  return {
    sigmaMin: sigma_min ?? 0,
    sigmaMax: sigma_max ?? 0,
    sigmaData: sigma_data,
    rho: rho ?? 0,
    spread: sigma_schedule ?? 'karras',
  }
}

/** Only the options that differ from the defaults. */
function ruleOf(keys: Keys): RuleOptions | undefined {
  const { solver_type, solver_order, lower_order_final, euler_at_final } = keys
  const rule: RuleOptions = {
    ...(solver_type === 'heun' ? { solver: 'heun' as const } : {}),
    ...(solver_type === 'bh1' ? { variant: 'bh1' as const } : {}),
    ...(solver_order === 1 || solver_order === 3 ? { solverOrder: solver_order } : {}),
    ...(lower_order_final === false ? { lowerOrderFinal: false } : {}),
    ...(euler_at_final ? { eulerAtFinal: true } : {}),
  }
  return Object.keys(rule).length > 0 ? rule : undefined
}
