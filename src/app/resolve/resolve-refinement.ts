/** Resolves the Refiner's part in a new picture: the request's values, otherwise the model's. Pure. */

import { bounds } from '../../common/bounds.ts'
import { refinerNameOf } from '../../common/refiner-name.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { ModelReference, Refinement } from '../../engine/work-order.ts'
import type { ImagineRequest } from '../requests.ts'
import type { ModelDefaults } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'
import type { PersonSettings } from '../views/views.ts'

type Way = Refinement['way']

/** The aesthetic score of the Refiner's negative conditioning; fixed, as published with the Refiner. */
export const negativeScore = 2.5

/** The mode that each flag of the Refiner belongs to. */
const refinerFlags = [
  ['refine-strength', 'refineStrength', 'after'],
  ['refine-steps', 'refineSteps', 'after'],
  ['refine-split', 'refineSplit', 'ensemble'],
  ['refine-cfg', 'refineGuidance', 'on'],
  ['refine-score', 'refineScore', 'on'],
] as const

export interface RefinementContext {
  model: ModelRecord
  /** The VAE, which decodes the last network's latents. */
  vae: ModelReference['vae']
  defaults: ModelDefaults
  /** The Base's sampling. */
  steps: number
  maxSteps: number
}

/** A flag of the Refiner enables it in the mode that the flag belongs to. */
export function resolveRefinement(
  request: ImagineRequest,
  settings: PersonSettings,
  { model, vae, defaults, steps: baseSteps, maxSteps }: RefinementContext,
  findings: Findings,
): Refinement | undefined {
  const given = refinerFlags.filter(([, key]) => request[key] !== undefined)
  const byDefault = settings.refine === true && model.refiner !== undefined
  const wanted = request.refine ?? (given.length > 0 || byDefault)
  const way = wanted === false ? undefined : wayOf(wanted, given, defaults.refiner.way)
  for (const [name, , belongsTo] of given) {
    if (way === undefined || (belongsTo !== 'on' && belongsTo !== way)) {
      findings.refuse('refine-flag', { flag: `--${name}`, way: belongsTo })
    }
  }
  if (way === undefined) return undefined
  if (!model.refiner) {
    refuseRefiner(model, findings)
    return undefined
  }
  const own = defaults.refiner
  const guidance = request.refineGuidance ?? own.guidance
  findings.inRange('refine-cfg', guidance, bounds.guidance)
  const score = request.refineScore ?? own.score
  findings.inRange('refine-score', score, bounds.refineScore)
  const common = {
    model: { name: model.name, hash: model.refiner.hash, ...(vae && { vae }) },
    guidance,
    aesthetic: { positive: score, negative: negativeScore },
  }
  if (way === 'ensemble') {
    const split = request.refineSplit ?? own.split
    findings.inRange('refine-split', split, bounds.refineSplit)
    return { way, split, ...common }
  }
  const steps = request.refineSteps ?? own.steps ?? baseSteps
  findings.wholeInRange('refine-steps', steps, { min: 1, max: maxSteps })
  const strength = request.refineStrength ?? own.strength
  findings.inRange('refine-strength', strength, bounds.strength)
  if (strength >= 0 && strength <= 1) checkStrength(strength, steps, findings)
  return { way, strength, steps, ...common }
}

function wayOf(wanted: true | Way, given: readonly (typeof refinerFlags)[number][], own: Way): Way {
  if (wanted !== true) return wanted
  const [named] = given.flatMap(([, , way]) => (way === 'on' ? [] : [way]))
  return named ?? own
}

/** Refuses a strength at which no step would run, with the lowest strength that has an effect. */
export function checkStrength(strength: number, steps: number, findings: Findings): void {
  if (steps < 1 || Math.floor(steps * strength) >= 1) return
  findings.refuse('strength-too-low', { strength, steps, minimum: Math.ceil(100 / steps) / 100 })
}

/** Refuses with the reason why there is no usable Refiner. */
export function refuseRefiner({ name, refinerMismatch }: ModelRecord, findings: Findings): void {
  if (refinerMismatch === undefined) findings.refuse('no-refiner', { model: name })
  else
    findings.refuse('refiner-mismatch', { model: name, refiner: refinerNameOf(name), what: refinerMismatch })
}
