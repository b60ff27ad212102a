/** Published settings of few-step models: sampler, steps, spacing and guidance that belong together. */

import type { SchedulerConfig } from './sampler.ts'

/** Guidance 1 means off: these models were distilled with guidance, and a step costs half. */
export interface Preset {
  readonly name: string
  readonly label: string
  /** Matches the file name of a checkpoint or an adapter. */
  readonly fileName: RegExp
  readonly defaultSteps: number
  readonly minSteps: number
  readonly maxSteps: number
  readonly guidance: number
  /** The source of the settings. */
  readonly source: string
  /** The sampler's name and the changes to the model's own schedule, for a number of steps. */
  at(steps: number): { sampler: string; schedule: Partial<SchedulerConfig> }
}

export const presets: readonly Preset[] = [
  {
    name: 'turbo',
    label: 'SDXL Turbo',
    fileName: /turbo/i,
    defaultSteps: 1,
    minSteps: 1,
    maxSteps: 4,
    guidance: 1,
    source: 'model card stabilityai/sdxl-turbo: 1 to 4 steps, guidance off, made for 512 × 512',
    at: () => ({ sampler: 'euler_a', schedule: { spacing: 'trailing' } }),
  },
  {
    name: 'lightning',
    label: 'SDXL Lightning',
    fileName: /lightning/i,
    defaultSteps: 4,
    minSteps: 2,
    maxSteps: 8,
    guidance: 1,
    source: 'model card ByteDance/SDXL-Lightning: Euler, trailing, 2, 4 or 8 steps as in the file name',
    at: () => ({ sampler: 'euler', schedule: { spacing: 'trailing' } }),
  },
  {
    name: 'lcm',
    label: 'LCM',
    fileName: /\blcm\b|lcm[-_]/i,
    defaultSteps: 4,
    minSteps: 2,
    maxSteps: 8,
    guidance: 1.5,
    source: 'model card latent-consistency/lcm-lora-sdxl: 4 to 8 steps, guidance 1 to 2',
    at: () => ({ sampler: 'lcm', schedule: {} }),
  },
  {
    name: 'hyper',
    label: 'Hyper-SDXL',
    fileName: /hyper[-_]?sd/i,
    defaultSteps: 4,
    minSteps: 1,
    maxSteps: 8,
    guidance: 1,
    source: 'model card ByteDance/Hyper-SD: DDIM, trailing; the 1-step U-Net is asked once, at t = 800',
    at: steps =>
      steps === 1
        ? { sampler: 'lcm', schedule: { timesteps: [800] } }
        : { sampler: 'ddim', schedule: { spacing: 'trailing', eta: 0 } },
  },
  {
    name: 'hyper-unified',
    label: 'Hyper-SDXL, unified',
    fileName: /hyper[-_]?sd.*1[-_]?step.*lora/i,
    defaultSteps: 4,
    minSteps: 1,
    maxSteps: 8,
    guidance: 1,
    source: 'model card ByteDance/Hyper-SD: the 1-step LoRA serves 1 to 8 steps with TCD at η = 1',
    at: () => ({ sampler: 'tcd', schedule: { eta: 1 } }),
  },
  {
    name: 'hyper-cfg',
    label: 'Hyper-SDXL, guided',
    fileName: /hyper[-_]?sd.*steps?[-_]?cfg/i,
    defaultSteps: 8,
    minSteps: 8,
    maxSteps: 12,
    guidance: 5,
    source: 'model card ByteDance/Hyper-SD: the CFG LoRAs of 8 and 12 steps keep guidance, 5 to 8',
    at: () => ({ sampler: 'ddim', schedule: { spacing: 'trailing', eta: 0 } }),
  },
  {
    name: 'dmd2',
    label: 'DMD2',
    fileName: /dmd2/i,
    defaultSteps: 4,
    minSteps: 1,
    maxSteps: 4,
    guidance: 1,
    source: 'model card tianweiy/DMD2: LCM at t = 999, 749, 499, 249; with one step at t = 399',
    at: steps => ({
      sampler: 'lcm',
      schedule: { timesteps: steps === 1 ? [399] : [999, 749, 499, 249].slice(0, steps) },
    }),
  },
]

export function findPreset(name: string): Preset | undefined {
  return presets.find(preset => preset.name === name.trim().toLowerCase())
}

/** The preset with exactly these timesteps. */
export function presetOfTimesteps(timesteps: readonly number[]): Preset | undefined {
  const wanted = timesteps.join()
  return presets.find(({ at }) => at(timesteps.length).schedule.timesteps?.join() === wanted)
}

/** The preset for a model's file or folder name; the most specific pattern wins. */
export function presetOfFile(fileName: string): Preset | undefined {
  return presets
    .filter(preset => preset.fileName.test(fileName))
    .sort((a, b) => b.fileName.source.length - a.fileName.source.length)[0]
}
