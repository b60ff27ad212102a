/** Reads a model's scheduler_config.json: the numbers of its noise schedule, and the sampler that it names as its own. */
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { parseConfig, readTextFile } from '../weights/config-file.ts'
import { samplerKinds } from './registry.ts'
import type { SchedulerConfig } from './sampler.ts'
import type { SamplerChoice } from './sampler-names.ts'

/** SDXL's own schedule, and what a missing key means. */
export const sdxlSchedule: SchedulerConfig = {
  trainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  prediction: 'epsilon',
  spacing: 'leading',
  stepsOffset: 1,
  sigmas: 'plain',
  zeroTerminalSnr: false,
  finalSigma: 'zero',
  setAlphaToOne: false,
  originalSteps: 50,
  timestepScaling: 10,
}

/** What the engine cannot do is refused by name rather than ignored; keys that change nothing here are dropped. */
const fileSchema = z.object({
  _class_name: z.string().optional(),
  algorithm_type: z.string().optional(),
  num_train_timesteps: z.int().min(2).max(100_000).optional(),
  beta_start: z.number().positive().lt(1).optional(),
  beta_end: z.number().positive().lt(1).optional(),
  beta_schedule: z.enum(['scaled_linear', 'linear']).optional(),
  trained_betas: z.null().optional(),
  interpolation_type: z.literal('linear').optional(),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample']).optional(),
  timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).optional(),
  steps_offset: z.int().min(0).max(1).optional(),
  use_karras_sigmas: z.boolean().nullish(),
  use_exponential_sigmas: z.boolean().nullish(),
  use_beta_sigmas: z.boolean().nullish(),
  rescale_betas_zero_snr: z.boolean().nullish(),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).optional(),
  set_alpha_to_one: z.boolean().optional(),
  original_inference_steps: z.int().positive().optional(),
  timestep_scaling: z.number().positive().optional(),
  solver_order: z.literal(2).optional(),
  timestep_type: z.literal('discrete').optional(),
  use_lu_lambdas: z.literal(false).nullish(),
  use_flow_sigmas: z.literal(false).nullish(),
  sigma_min: z.null().optional(),
  sigma_max: z.null().optional(),
  // Of EDM's schedulers, whose models take other inputs.
  sigma_data: z.null().optional(),
  solver_type: z.enum(['midpoint', 'logrho', 'bh2']).optional(),
  thresholding: z.literal(false).optional(),
  clip_sample: z.literal(false).optional(),
})

export interface ModelSchedule {
  readonly config: SchedulerConfig
  /** The sampler that the file's class stands for; Euler where the class is none of ours. */
  readonly sampler: SamplerChoice
}

/** @throws AppError model-file or model-config, naming the file and the key. */
export async function readScheduleFile(file: string): Promise<ModelSchedule> {
  return parseSchedule(await readScheduleJson(file), file)
}

/** What the file says, not yet understood. @throws AppError 'model-file' or 'model-config', naming the file. */
export async function readScheduleJson(file: string): Promise<Record<string, unknown>> {
  const text = withoutInfinity(await readTextFile(file))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new AppError('model-file', { file, problem: { what: 'not-json' } }, error)
  }
  return parseConfig(file, json, z.record(z.string(), z.unknown()))
}

/** Python writes numbers that JSON has no word for, such as the DPM family's `"lambda_min_clipped": -Infinity`. */
function withoutInfinity(text: string): string {
  return text.replace(/(:\s*)(?:-?Infinity|NaN)(?=\s*[,}])/g, '$1null')
}

/** @throws AppError model-config, naming the key. */
export function parseSchedule(json: unknown, file: string): ModelSchedule {
  const keys = parseConfig(file, json, fileSchema)
  const sigmas = keys.use_karras_sigmas
    ? 'karras'
    : keys.use_exponential_sigmas
      ? 'exponential'
      : keys.use_beta_sigmas
        ? 'beta'
        : 'plain'
  const config: SchedulerConfig = {
    trainTimesteps: keys.num_train_timesteps ?? sdxlSchedule.trainTimesteps,
    betaStart: keys.beta_start ?? sdxlSchedule.betaStart,
    betaEnd: keys.beta_end ?? sdxlSchedule.betaEnd,
    betaSchedule: keys.beta_schedule ?? sdxlSchedule.betaSchedule,
    prediction: keys.prediction_type ?? sdxlSchedule.prediction,
    spacing: keys.timestep_spacing ?? sdxlSchedule.spacing,
    stepsOffset: keys.steps_offset ?? sdxlSchedule.stepsOffset,
    sigmas,
    zeroTerminalSnr: keys.rescale_betas_zero_snr ?? sdxlSchedule.zeroTerminalSnr,
    finalSigma: keys.final_sigmas_type === 'sigma_min' ? 'minimum' : 'zero',
    setAlphaToOne: keys.set_alpha_to_one ?? sdxlSchedule.setAlphaToOne,
    originalSteps: keys.original_inference_steps ?? sdxlSchedule.originalSteps,
    timestepScaling: keys.timestep_scaling ?? sdxlSchedule.timestepScaling,
  }
  return { config, sampler: samplerOf(keys._class_name, keys.algorithm_type, sigmas) }
}

function samplerOf(
  className: string | undefined,
  algorithm: string | undefined,
  sigmas: SchedulerConfig['sigmas'],
): SamplerChoice {
  const ofClass = samplerKinds.filter(kind => kind.diffusersClass === className)
  const isSde = algorithm?.startsWith('sde-') ?? false
  const kind = ofClass.find(one => one.name.endsWith('_sde') === isSde) ?? ofClass[0] ?? samplerKinds[0]
  if (!kind) throw new AppError('internal', { problem: 'no sampler is registered' })
  return { kind, sigmas: kind.sigmas.includes(sigmas) ? sigmas : 'plain' }
}
