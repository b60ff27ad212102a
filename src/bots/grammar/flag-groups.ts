/** The groups of flags in the help, which shows one group at a time. */
import { type FlagName, flagList } from './flags.ts'

export const flagGroups = ['picture', 'source', 'model', 'sampling', 'refiner'] as const
export type FlagGroup = (typeof flagGroups)[number]

const groupOf: { readonly [Name in FlagName]: FlagGroup } = {
  no: 'picture',
  prompt2: 'picture',
  ar: 'picture',
  size: 'picture',
  n: 'picture',
  seed: 'picture',
  style: 'picture',
  syntax: 'picture',
  repeat: 'picture',
  source: 'source',
  mask: 'source',
  strength: 'source',
  'only-masked': 'source',
  'soft-edge': 'source',
  'paste-back': 'source',
  control: 'source',
  'image-prompt': 'source',
  model: 'model',
  vae: 'model',
  lora: 'model',
  preset: 'model',
  'clip-skip': 'model',
  fast: 'model',
  steps: 'sampling',
  cfg: 'sampling',
  rescale: 'sampling',
  interval: 'sampling',
  sampler: 'sampling',
  sigmas: 'sampling',
  spacing: 'sampling',
  schedule: 'sampling',
  churn: 'sampling',
  eta: 'sampling',
  refine: 'refiner',
  'refine-strength': 'refiner',
  'refine-steps': 'refiner',
  'refine-split': 'refiner',
  'refine-cfg': 'refiner',
  'refine-score': 'refiner',
}

/** The groups are in writing order. */
export function flagsIn(group: FlagGroup): typeof flagList {
  return flagList.filter(([name]) => groupOf[name] === group)
}
