/** Midjourney's parameters that Easel does not have, each with the nearest flag, if there is one. */
import type { FlagName } from './flags.ts'

// docs.midjourney.com, Parameter List. Parameters with the same meaning are aliases of flags and not in this list.
const nearestFlags: Readonly<Record<string, FlagName | undefined>> = {
  v: 'model',
  version: 'model',
  niji: 'model',
  s: 'cfg',
  stylize: 'cfg',
  raw: 'cfg',
  c: 'n',
  chaos: 'n',
  q: 'steps',
  quality: 'steps',
  stop: 'steps',
  draft: 'preset',
  turbo: 'preset',
  relax: undefined,
  weird: undefined,
  w: undefined,
  exp: undefined,
  tile: undefined,
  video: undefined,
  sref: 'style',
  sw: undefined,
  sv: undefined,
  cref: 'source',
  cw: undefined,
  oref: 'source',
  ow: undefined,
  p: undefined,
  profile: undefined,
}

/** The nearest flag to a parameter of Midjourney; undefined for a name that Midjourney does not have. */
export function midjourneyFlag(typedName: string): { nearest: FlagName | undefined } | undefined {
  const name = typedName.toLowerCase()
  return Object.hasOwn(nearestFlags, name) ? { nearest: nearestFlags[name] } : undefined
}
