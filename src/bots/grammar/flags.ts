/** The table of flags of `/imagine`, from which parsing, formatting and help derive. */

import { type Problem, problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { bounds } from '../../common/bounds.ts'
import { promptSyntaxes, sigmaSpreads, timestepSpacings } from '../../common/choices.ts'
import { nearestNames } from '../../common/nearest.ts'
import type { Words } from '../../words/en.ts'
import { controlList, imagePromptList } from './control-values.ts'
import {
  between,
  type FlagValue,
  interval,
  number,
  oneOf,
  onOff,
  padding,
  ratio,
  refineWay,
  size,
  storedPicture,
  text,
  wholeNumber,
} from './flag-values.ts'
import { loraList } from './lora-values.ts'
import { readValue, type TypedValue } from './read-value.ts'

/** Flags and their help lines in words/ correspond one to one. */
export type FlagName = keyof Words['flags']

export interface Flag {
  readonly aliases: readonly string[]
  readonly shape: string
  /** Whether the flag may be repeated. */
  readonly isList: boolean
  /** Sets the request's field from the typed value, or returns the problem. */
  read(typed: TypedValue, request: ImagineRequest): Problem | undefined
  /** The value in typed form ('' for a flag without a value); undefined if the flag is not set. */
  write(request: ImagineRequest): string | undefined
}

/** The flags in the order of a formatted command. */
const flags: { readonly [Name in FlagName]: Flag } = {
  no: flag('no', 'negative', text, ['negative']),
  prompt2: flag('prompt2', 'prompt2', text),
  ar: flag('ar', 'aspect', ratio, ['aspect']),
  size: flag('size', 'size', size),
  n: flag('n', 'count', wholeNumber, ['count']),
  seed: flag('seed', 'seed', between(bounds.requestedSeed, wholeNumber)),
  steps: flag('steps', 'steps', wholeNumber),
  cfg: flag('cfg', 'guidance', between(bounds.guidance, number), ['guidance']),
  rescale: flag('rescale', 'guidanceRescale', between(bounds.guidanceRescale, number)),
  interval: flag('interval', 'guidanceInterval', interval),
  sampler: flag('sampler', 'sampler', text),
  sigmas: flag('sigmas', 'sigmas', oneOf('sigmas', sigmaSpreads)),
  spacing: flag('spacing', 'spacing', oneOf('spacing', timestepSpacings)),
  schedule: flag('schedule', 'schedule', text, ['scheduler']),
  churn: flag('churn', 'churn', between(bounds.churn, number)),
  eta: flag('eta', 'eta', between(bounds.eta, number)),
  preset: flag('preset', 'preset', text),
  model: flag('model', 'model', text),
  vae: flag('vae', 'vae', text),
  lora: flag('lora', 'loras', loraList),
  style: flag('style', 'style', text),
  'clip-skip': flag('clip-skip', 'clipSkip', between(bounds.clipSkip, wholeNumber)),
  syntax: flag('syntax', 'syntax', oneOf('syntax', promptSyntaxes)),
  source: flag('source', 'source', storedPicture),
  mask: flag('mask', 'mask', storedPicture),
  // Midjourney's --iw weights the picture; ours is the strength of the change. The name is an alias, the scale differs.
  strength: flag('strength', 'strength', between(bounds.strength, number), ['iw']),
  'only-masked': flag('only-masked', 'onlyMasked', padding),
  'soft-edge': flag('soft-edge', 'softEdgePx', between(bounds.softEdge, wholeNumber)),
  'paste-back': flag('paste-back', 'pasteBack', onOff),
  control: flag('control', 'controls', controlList),
  'image-prompt': flag('image-prompt', 'imagePrompts', imagePromptList, ['ip']),
  refine: flag('refine', 'refine', refineWay),
  'refine-strength': flag('refine-strength', 'refineStrength', between(bounds.strength, number)),
  'refine-steps': flag('refine-steps', 'refineSteps', wholeNumber),
  'refine-split': flag('refine-split', 'refineSplit', between(bounds.refineSplit, number)),
  'refine-cfg': flag('refine-cfg', 'refineGuidance', between(bounds.guidance, number)),
  'refine-score': flag('refine-score', 'refineScore', between(bounds.refineScore, number)),
  fast: flag('fast', 'fast', onOff),
  repeat: flag('repeat', 'repeat', wholeNumber),
}

/** All flags with their names, in writing order. */
export const flagList: readonly (readonly [FlagName, Flag])[] = Object.keys(flags)
  .filter(isFlagName)
  .map(name => [name, flags[name]])

/** The flag with that name or alias, in any case; otherwise the nearest name. */
export function findFlag(
  typedName: string,
): { kind: 'known'; name: FlagName; flag: Flag } | { kind: 'unknown'; nearest?: string } {
  const wanted = typedName.toLowerCase()
  const found = flagList.find(([name, { aliases }]) => name === wanted || aliases.includes(wanted))
  if (found) return { kind: 'known', name: found[0], flag: found[1] }
  const [nearest] = nearestNames(
    wanted,
    flagList.flatMap(([name, { aliases }]) => [name, ...aliases]),
  )
  return { kind: 'unknown', nearest: nearest === undefined ? undefined : `--${nearest}` }
}

/** Sets a flag's field from an option or a field beside the prompt, and records another value that the prompt gave it. */
export function overrideFlag(name: FlagName, value: string, request: ImagineRequest): Problem | undefined {
  const { isList, shape, read, write } = flags[name]
  const dropped = write(request)
  const refused = read({ value, quoted: false }, request)
  const used = write(request)
  if (refused || isList || dropped === undefined || used === undefined || used === dropped) return refused
  const shown = (written: string) => (written === '' && shape !== 'text' ? 'on' : written)
  const overridden = { flag: `--${name}`, dropped: shown(dropped), used: shown(used) }
  request.overridden = [...(request.overridden ?? []), overridden]
  return undefined
}

function isFlagName(name: string): name is FlagName {
  return name in flags
}

function flag<Key extends keyof ImagineRequest>(
  name: FlagName,
  key: Key,
  kind: FlagValue<NonNullable<ImagineRequest[Key]>>,
  aliases: readonly string[] = [],
): Flag {
  return {
    aliases,
    shape: kind.shape,
    isList: kind.joined !== undefined,
    read(typed, request) {
      const read = readValue(kind, typed)
      switch (read.kind) {
        case 'unreadable':
          return problem('flag-value', { flag: `--${name}`, value: typed.value, expected: kind.expected })
        case 'out-of-range':
          return problem('out-of-range', { name, value: read.value, min: read.min, max: read.max })
        case 'read': {
          const before = request[key]
          request[key] = kind.joined && before ? kind.joined(before, read.value) : read.value
          return undefined
        }
      }
    },
    write(request) {
      const value = request[key]
      return value === undefined || value === null ? undefined : kind.write(value)
    },
  }
}
