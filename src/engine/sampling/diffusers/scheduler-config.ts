/** Reads a model's scheduler_config.json: its training noise, and its own sampler. */
import { z } from 'zod'
import { AppError, hasCode } from '../../../errors/errors.ts'
import type { ModelConfigProblem } from '../../../errors/model-problem.ts'
import { parseConfig, readTextFile } from '../../weights/config-file.ts'
import { edmLevels } from '../noise/k-diffusion-levels.ts'
import { noiseSchedule } from '../noise/noise-schedule.ts'
import type { SamplerKind, SchedulerConfig } from '../sampler.ts'
import type { SamplerChoice } from '../sampler-names.ts'
import { samplerKinds } from '../sampler-registry.ts'
import { schedulerClasses } from './scheduler-classes.ts'
import { noiseKeys, type SchedulerClass } from './scheduler-key-groups.ts'
import { type Keys, keysSchema, plainConfigOf, spreadOf } from './scheduler-keys.ts'

/** The content of a scheduler_config.json, and its meaning for the model's own sampler. */
export interface ModelSchedule {
  /** The file to name in an error. */
  readonly file: string
  readonly className: string
  readonly keys: Readonly<Record<string, unknown>>
  /** For the model's own sampler. `configFor` gives the config for another one. */
  readonly config: SchedulerConfig
  /** The sampler that corresponds to the class; Euler if the class is not supported. */
  readonly sampler: SamplerChoice
  readonly notBuilt?: NotBuilt
}

/** Why the model's own sampler is not available: an unsupported class, or an unsupported value of a key. */
export type NotBuilt =
  | { readonly what: 'class'; readonly className: string }
  | {
      readonly what: 'key'
      readonly className: string
      readonly key: string
      readonly problem: ModelConfigProblem
    }

const eulerClass = 'EulerDiscreteScheduler'

/** The content of SDXL's own file, which also applies to a model without a file. */
export const sdxlSchedulerFile = {
  _class_name: eulerClass,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  interpolation_type: 'linear',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  sample_max_value: 1,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  timestep_spacing: 'leading',
  trained_betas: null,
  use_karras_sigmas: false,
}

/** The parsed JSON, not interpreted. @throws AppError 'model-file' or 'model-config' when the file cannot be read. */
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

/** Python writes numbers that JSON does not support, such as the DPM family's `"lambda_min_clipped": -Infinity`. */
function withoutInfinity(text: string): string {
  return text.replace(/(:\s*)(?:-?Infinity|NaN)(?=\s*[,}])/g, '$1null')
}

const fileSchema = z.record(z.string(), z.unknown()).and(z.object({ _class_name: z.string().optional() }))

/**
 * Parses a scheduler_config.json. `file`: the name for errors.
 * @throws AppError 'model-config' when the training noise is not supported; names the key.
 */
export function parseSchedule(json: unknown, file: string): ModelSchedule {
  const keys = parseConfig(file, json, fileSchema)
  const name = keys._class_name ?? eulerClass
  const described = { file, className: name, keys }
  // A property name of Object.prototype is not a class.
  const known = Object.hasOwn(schedulerClasses, name) ? schedulerClasses[name] : undefined
  if (!known) return withoutOwnSampler(described, { what: 'class', className: name })
  try {
    const read = readKeys(file, keys, known)
    return { ...described, config: configOf(read, file), sampler: samplerOf(name, read) }
  } catch (error) {
    if (!hasCode(error, 'model-config')) throw error
    const { key, problem } = error.details
    if (isNoiseKey(key) || problem.what === 'noise-without-end') throw error
    return withoutOwnSampler(described, { what: 'key', className: name, key, problem })
  }
}

/** Euler over the noise that the file describes; the defaults of an unsupported class are unknown. */
function withoutOwnSampler(
  { file, className, keys }: Pick<ModelSchedule, 'file' | 'className' | 'keys'>,
  notBuilt: NotBuilt,
): ModelSchedule {
  if (notBuilt.what === 'class' && !['beta_start', 'beta_end', 'beta_schedule'].every(key => key in keys)) {
    const supported = Object.keys(schedulerClasses)
    const problem = { what: 'value', found: JSON.stringify(className), supported } as const
    throw new AppError('model-config', { file, key: '_class_name', problem })
  }
  const read = readKeys(file, keys, classOf(eulerClass))
  return {
    file,
    className,
    keys,
    config: configOf(read, file),
    sampler: samplerOf(eulerClass, read),
    notBuilt,
  }
}

/**
 * The same model's noise as the class of another sampler reads it: from_config of the reference. `scheduled`: for a
 * schedule of the UIs, which use one noise for all samplers.
 * @throws AppError 'model-config' when a key of this class has an unsupported value; names the key.
 */
export function configFor(schedule: ModelSchedule, kind: SamplerKind, scheduled: boolean): SchedulerConfig {
  const { file, keys, config } = schedule
  // EDM's noise belongs to the model, not to the rule.
  if (config.edm) return config
  const className = scheduled ? eulerClass : (kind.diffusersClass ?? eulerClass)
  const { algorithm_type: _, ...others } = keys
  const read = readKeys(file, { ...others, ...ownKeys(kind, keys) }, classOf(className))
  return configOf(read, file)
}

/** The keys that select this sampler in a class with several samplers. */
function ownKeys(
  { name }: SamplerKind,
  { solver_type, skip_prk_steps }: ModelSchedule['keys'],
): Record<string, unknown> {
  switch (name) {
    case 'dpmpp_2m':
    case 'dpmpp_3m':
      return {
        algorithm_type: 'dpmsolver++',
        solver_order: name === 'dpmpp_3m' ? 3 : 2,
        ...(solver_type === undefined ? {} : { solver_type }),
      }
    case 'dpmpp_2m_sde':
      return { algorithm_type: 'sde-dpmsolver++', solver_order: 2, solver_type: 'midpoint' }
    case 'dpmpp_2m_sde_heun':
      return { algorithm_type: 'sde-dpmsolver++', solver_order: 2, solver_type: 'heun' }
    case 'dpmpp_singlestep':
    case 'deis':
      return { solver_order: 2 }
    case 'pndm':
      // The sampler that people name is PLMS, the multistep part alone. Only a file can request the Runge-Kutta steps.
      return { skip_prk_steps: skip_prk_steps ?? true }
    default:
      return {}
  }
}

function classOf(className: string): SchedulerClass {
  const found = schedulerClasses[className]
  if (!found) throw new AppError('internal', { problem: `no scheduler class ${className} is known` })
  return found
}

/** The file's keys that the class has, and the class's defaults for the others. */
function readKeys(file: string, keys: ModelSchedule['keys'], { defaults, supported }: SchedulerClass): Keys {
  const given = Object.entries(keys).filter(([key]) => Object.hasOwn(defaults, key))
  const read = parseConfig(file, { ...defaults, ...Object.fromEntries(given) }, supported)
  return parseConfig(file, read, keysSchema)
}

function isNoiseKey(key: string): boolean {
  return noiseKeys.some(one => one === key)
}

/** The training noise of the keys. @throws AppError 'model-config' when it becomes infinite. */
function configOf(keys: Keys, file: string): SchedulerConfig {
  const config = plainConfigOf(keys)
  const sigmas = config.edm ? edmLevels(config, 3).sigmas : noiseSchedule(config, true).sigmas
  // Only the last sigma, the end of a run, may be 0.
  if (
    sigmas.slice(0, -1).every(sigma => sigma > 0 && Number.isFinite(sigma)) &&
    Number.isFinite(sigmas.at(-1))
  ) {
    return config
  }
  const key = config.edm ? 'sigma_max' : 'beta_end'
  throw new AppError('model-config', { file, key, problem: { what: 'noise-without-end' } })
}

function samplerOf(className: string, keys: Keys): SamplerChoice {
  const kind = samplerKinds.find(one => one.name === samplerNameOf(className, keys))
  if (!kind) throw new AppError('internal', { problem: `no sampler stands for ${className}` })
  const sigmas = spreadOf(keys)
  return { kind, sigmas: kind.sigmas.includes(sigmas) ? sigmas : 'plain' }
}

function samplerNameOf(
  className: string,
  { algorithm_type, solver_type, solver_order }: Keys,
): string | undefined {
  switch (className) {
    case 'EDMEulerScheduler':
      return 'euler'
    case 'DPMSolverMultistepScheduler':
    case 'EDMDPMSolverMultistepScheduler':
      if (algorithm_type !== 'sde-dpmsolver++') return solver_order === 3 ? 'dpmpp_3m' : 'dpmpp_2m'
      return solver_type === 'heun' ? 'dpmpp_2m_sde_heun' : 'dpmpp_2m_sde'
    default:
      return samplerKinds.find(({ diffusersClass }) => diffusersClass === className)?.name
  }
}

/** SDXL's own noise, as Euler reads it. */
export const sdxlSchedule: SchedulerConfig = parseSchedule(sdxlSchedulerFile, 'SDXL').config
