/** Resolves sampling: the request's values, otherwise the preset's, otherwise the model's. Pure. */

import { bounds } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import { rescalesToZeroSnr } from '../../engine/sampling/diffusers/scheduler-classes.ts'
import { findPreset, type Preset, presets } from '../../engine/sampling/presets.ts'
import {
  findSampler,
  findSchedule,
  type SamplerChoice,
  samplerName,
  takesSchedules,
} from '../../engine/sampling/sampler-names.ts'
import type { SamplingOrder } from '../../engine/work-order.ts'
import type { ImagineRequest } from '../requests.ts'
import type { ModelDefaults } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'

/** Above every σ, including zero terminal SNR's 4,096. JSON has no infinity. */
const maxSigma = 1e6

export function resolveSampling(
  request: ImagineRequest,
  defaults: ModelDefaults,
  limits: Config['limits'],
  findings: Findings,
): SamplingOrder {
  const preset = presetOf(request, defaults, findings)
  const steps =
    request.steps ?? (request.preset === undefined ? defaults.steps : preset?.defaultSteps) ?? defaults.steps
  if (preset) findings.wholeInRange('steps', steps, { min: preset.minSteps, max: preset.maxSteps })
  else findings.wholeInRange('steps', steps, { min: 1, max: limits.maxSteps })

  const fromPreset = preset?.at(steps)
  const choice = samplerOf(
    request.sampler ?? fromPreset?.sampler ?? defaults.sampler,
    request.sigmas,
    findings,
  )
  const spread = choice && choice.sigmas !== 'plain' ? choice.sigmas : undefined
  if (choice) remarkOnNoise(request, defaults, choice, findings)
  const sigmas = request.sigmas ?? spread ?? (preset ? 'plain' : 'model')
  // EDM has no sigma spacing of its own, so the schedule of that name is used.
  const { edm } = defaults.noise
  const edmSchedule = edm && sigmas !== 'plain' && sigmas !== 'model' ? sigmas : undefined
  const sampling: SamplingOrder = {
    sampler: choice?.kind.name ?? defaults.sampler,
    sigmas: edm ? 'model' : sigmas,
    spacing: request.spacing ?? fromPreset?.schedule.spacing ?? 'model',
    schedule: scheduleOf(request, choice, findings) ?? edmSchedule,
    steps,
    guidance:
      request.guidance ?? (preset && request.preset !== undefined ? preset.guidance : defaults.guidance),
    guidanceRescale: request.guidanceRescale ?? 0,
    guidanceInterval: request.guidanceInterval ?? [0, 1],
    ...noiseOf(request, choice, fromPreset?.schedule.eta, findings),
    timesteps: fromPreset?.schedule.timesteps && [...fromPreset.schedule.timesteps],
  }
  checkRanges(sampling, findings)
  return sampling
}

/** Reports incompatibilities between model and sampler, and a sampler that replaces the model's own. */
function remarkOnNoise(
  request: ImagineRequest,
  { name: model, replacedScheduler, noise }: ModelDefaults,
  { kind }: SamplerChoice,
  findings: Findings,
): void {
  const sampler = kind.label
  if (replacedScheduler && request.sampler === undefined && request.preset === undefined) {
    findings.notice('scheduler-not-built', { model, sampler, ...replacedScheduler })
  }
  if (noise.edm && !takesSchedules(kind)) findings.refuse('sampler-unsupported', { sampler, model })
  if (noise.edm && request.spacing !== undefined)
    findings.notice('flag-unused', { flag: '--spacing', sampler })
  if (noise.zeroTerminalSnr && request.schedule === undefined && !rescalesToZeroSnr(kind.diffusersClass)) {
    findings.notice('zero-snr-unused', { sampler, model })
  }
}

/** The requested schedule, otherwise the one in the sampler's name. */
function scheduleOf(
  request: ImagineRequest,
  choice: SamplerChoice | undefined,
  findings: Findings,
): string | undefined {
  if (request.schedule === undefined) return request.sigmas === undefined ? choice?.schedule : undefined
  // A1111's name for the sampler's default schedule.
  if (request.schedule.trim().toLowerCase() === 'automatic') return undefined
  const lookup = findSchedule(request.schedule)
  if (lookup.kind === 'unknown') {
    findings.refuse('schedule-unknown', { name: request.schedule, nearest: [...lookup.nearest] })
    return undefined
  }
  if (choice && !takesSchedules(choice.kind)) {
    const { label } = lookup.schedule
    findings.refuse('schedule-unsupported', { sampler: choice.kind.label, schedule: label })
  }
  return lookup.schedule.name
}

/** DDIM and TCD have an eta of their own; k-diffusion's samplers take it with their other noise options. */
function noiseOf(
  { eta, churn }: ImagineRequest,
  choice: SamplerChoice | undefined,
  presetEta: number | undefined,
  findings: Findings,
): Pick<SamplingOrder, 'eta' | 'noise'> {
  const kind = choice?.kind
  const uses = (what: 'eta' | 'churn'): boolean => kind?.noiseOptions?.includes(what) === true
  if (eta !== undefined) findings.inRange('eta', eta, bounds.eta)
  if (churn !== undefined) findings.inRange('churn', churn, bounds.churn)
  for (const [flag, value] of [['eta', eta] as const, ['churn', churn] as const]) {
    if (kind && value !== undefined && !uses(flag)) {
      findings.notice('flag-unused', { flag: `--${flag}`, sampler: kind.label })
    }
  }
  if (!kind || !takesSchedules(kind)) return { eta: eta ?? presetEta }
  const noise = {
    ...(eta !== undefined && uses('eta') ? { eta } : {}),
    ...(churn !== undefined && churn > 0 && uses('churn') ? { churn: wholeRun(churn) } : {}),
  }
  return { noise: Object.keys(noise).length > 0 ? noise : undefined }
}

function wholeRun(amount: number) {
  return { amount, from: 0, to: maxSigma }
}

/** The model's own preset, unless the request names another preset or its own sampling. */
function presetOf(request: ImagineRequest, defaults: ModelDefaults, findings: Findings): Preset | undefined {
  if (request.preset === undefined) {
    return defaults.preset === undefined || request.sampler !== undefined
      ? undefined
      : findPreset(defaults.preset)
  }
  const preset = findPreset(request.preset)
  if (!preset) {
    findings.refuse('preset-unknown', { name: request.preset, known: presets.map(({ name }) => name) })
  }
  return preset
}

/** A name may contain a sigma spacing (`dpmpp_2m_karras`). A separate one must be supported by the sampler. */
function samplerOf(
  name: string,
  sigmas: ImagineRequest['sigmas'],
  findings: Findings,
): SamplerChoice | undefined {
  const lookup = findSampler(name)
  if (lookup.kind === 'unknown') {
    findings.refuse('sampler-unknown', { name, nearest: [...lookup.nearest] })
    return undefined
  }
  const { kind } = lookup.choice
  if (sigmas !== undefined && sigmas !== 'plain' && !kind.sigmas.includes(sigmas)) {
    const nearest = kind.sigmas.map(other => samplerName({ kind, sigmas: other }))
    findings.refuse('sampler-unknown', {
      name: samplerName({ kind, sigmas }),
      nearest: [kind.name, ...nearest],
    })
  }
  return lookup.choice
}

export function checkRanges(sampling: SamplingOrder, findings: Findings): void {
  findings.inRange('cfg', sampling.guidance, bounds.guidance)
  findings.inRange('rescale', sampling.guidanceRescale, bounds.guidanceRescale)
  const [from, to] = sampling.guidanceInterval
  findings.inRange('interval', from, bounds.guidanceInterval)
  findings.inRange('interval', to, { min: from, max: bounds.guidanceInterval.max })
}
