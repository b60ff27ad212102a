/** The catalogue of this machine: models and files by name, and the recommended settings of each model. */

import type { RefinerWay } from '../../common/choices.ts'
import { nearestNames } from '../../common/nearest.ts'
import type { Config } from '../../config/config.ts'
import type { AddOnKind, FileRecord } from '../../engine/models/file-record.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { LoraFit } from '../../engine/pipeline/open/lora-fits.ts'
import { findPreset, presetOfFile } from '../../engine/sampling/presets.ts'

export interface Catalogue {
  models: readonly ModelRecord[]
  /** Files that are used with models: VAEs, LoRAs and so on. */
  files?: readonly FileRecord[]
  /** @throws AppError 'model-file' when the LoRA does not fit the model. */
  loraFit?: (model: ModelRecord, lora: FileRecord) => Promise<LoraFit>
}

/** The defaults of a request, from the model's files and the configuration. */
export interface ModelDefaults {
  name: string
  widthPx: number
  heightPx: number
  sampler: string
  /** The model's own scheduler, if it is not supported and the sampler replaces it. */
  replacedScheduler?: { className: string; key?: string }
  /** Properties of the model's training that samplers depend on. */
  noise: { zeroTerminalSnr: boolean; edm: boolean }
  preset?: string
  steps: number
  guidance: number
  refiner: {
    way: RefinerWay
    split: number
    strength: number
    steps?: number
    guidance: number
    /** The default aesthetic score. */
    score: number
  }
}

/** SDXL's defaults: Euler, from its scheduler; split 0.8, strength 0.3 and the score as published with the Refiner. */
const sdxl = {
  sampler: 'euler',
  steps: 30,
  guidance: 7,
  split: 0.8,
  strength: 0.3,
  refinerGuidance: 5,
  score: 6,
}

export function defaultsOf(model: ModelRecord, config: Pick<Config, 'models'>): ModelDefaults {
  const settings = config.models[model.name] ?? {}
  // A few-step model is recognised by its name. `none` is not a preset's name, so it switches the preset off.
  const preset = settings.preset === undefined ? presetOfFile(model.name) : findPreset(settings.preset)
  const steps = settings.steps ?? preset?.defaultSteps ?? sdxl.steps
  const chosen = settings.sampler ?? preset?.at(steps).sampler
  const { scheduler } = model
  return {
    name: model.name,
    widthPx: settings.size?.widthPx ?? model.nativeSidePx,
    heightPx: settings.size?.heightPx ?? model.nativeSidePx,
    sampler: chosen ?? model.sampler ?? sdxl.sampler,
    replacedScheduler: chosen === undefined ? scheduler?.notBuilt : undefined,
    noise: { zeroTerminalSnr: scheduler?.zeroTerminalSnr ?? false, edm: scheduler?.edm ?? false },
    preset: preset?.name,
    steps,
    guidance: settings.guidance ?? preset?.guidance ?? sdxl.guidance,
    refiner: {
      way: settings.refiner?.way ?? 'ensemble',
      split: settings.refiner?.split ?? sdxl.split,
      strength: settings.refiner?.strength ?? sdxl.strength,
      steps: settings.refiner?.steps,
      guidance: settings.refiner?.guidance ?? sdxl.refinerGuidance,
      score: settings.refiner?.score ?? sdxl.score,
    },
  }
}

export function filesOf({ files = [] }: Catalogue, kind: AddOnKind): FileRecord[] {
  return files.filter(file => file.kind === kind)
}

export function namesOf(items: readonly { name: string }[]): string[] {
  return items.map(({ name }) => name)
}

/** Compares names without regard to letter case. */
export function findByName<T extends { name: string }>(items: readonly T[], name: string): T | undefined {
  const wanted = name.toLowerCase()
  return items.find(item => item.name === name) ?? items.find(item => item.name.toLowerCase() === wanted)
}

/** Similar names, for a spelling mistake; otherwise the first ten. */
export function suggestions(names: readonly string[], name: string): string[] {
  const near = nearestNames(name, names, 3)
  return near.length > 0 ? near : names.slice(0, 10)
}
