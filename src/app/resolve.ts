/** A request becomes a work order in which nothing is open any more, or the reasons why it cannot. Pure. */
import { bounds, randomSeed } from '../bounds.ts'
import type { Config } from '../config.ts'
import type { ModelRecord } from '../engine/models/record.ts'
import type { ModelReference, PaintOrder } from '../engine/work-order.ts'
import { type Catalogue, defaultsOf, findByName, suggestions } from './catalogue.ts'
import { Findings } from './findings.ts'
import type { Problem } from './problems.ts'
import type { ImagineRequest } from './requests.ts'
import { resolvePrompt } from './resolve-prompt.ts'
import { checkStrength, resolveRefinement } from './resolve-refinement.ts'
import { resolveSampling } from './resolve-sampling.ts'
import { checkShape, resolveSize, type Size } from './resolve-size.ts'
import { resolveVae } from './resolve-vae.ts'
import type { PersonSettings } from './views.ts'

export interface ResolveContext {
  catalogue: Catalogue
  config: Pick<Config, 'limits' | 'styles' | 'models' | 'defaultModel' | 'prompts'>
  settings: PersonSettings
  /** Stored pictures that the request names. */
  source?: Size & { id: string }
  mask?: Size & { id: string }
  /** The seed where the request names none. */
  seed: number
}

export type Resolved =
  | { kind: 'order'; order: PaintOrder; notices: Problem[] }
  | { kind: 'refused'; problems: Problem[] }

/** Where only the masked part is painted anew, little of what was there should remain. */
const defaultStrength = { plain: 0.6, masked: 0.9 }

export function resolve(request: ImagineRequest, context: ResolveContext): Resolved {
  const { config, settings } = context
  const findings = new Findings()
  const known = modelOf(request, context, findings)
  // Another stands in for one that is not there: what is asked of every model is looked at all the same.
  const model = known ?? context.catalogue.models[0]
  if (!model) return { kind: 'refused', problems: findings.problems }
  const ofModel = known ? findings : new Findings()

  const vae = resolveVae(request.vae, model, context.catalogue, ofModel)
  for (const problem of ofModel.problems) if (problem.code === 'vae-unknown') findings.add(problem)
  const defaults = { ...defaultsOf(model, config), ...(known ? {} : { preset: undefined }) }
  const prompt = resolvePrompt(request, context, known ? model.textWidths : undefined, findings)
  const sampling = resolveSampling(request, defaults, config.limits, findings)
  const refinement = resolveRefinement(
    request,
    settings,
    { model, vae, defaults, steps: sampling.steps, maxSteps: config.limits.maxSteps },
    ofModel,
  )
  const rules = {
    own: defaults,
    stepPx: model.sizeStepPx,
    nativeSidePx: model.nativeSidePx,
    maxPixels: config.limits.maxPixels,
  }
  checkShape(request, findings)
  const size = resolveSize(request, settings.size, context.source, rules, ofModel)
  const source = sourceOf(request, context, sampling.steps, findings)
  const count = request.count ?? Math.min(settings.count ?? 1, config.limits.maxCount)
  findings.wholeInRange('n', count, { min: bounds.count.min, max: config.limits.maxCount })
  const seed = request.seed === undefined || request.seed === randomSeed ? context.seed : request.seed
  findings.wholeInRange('seed', seed, bounds.seed)

  if (findings.problems.length > 0) return { kind: 'refused', problems: findings.problems }
  const order: PaintOrder = {
    kind: 'paint',
    model: referenceTo(model, vae),
    prompt,
    ...size,
    count,
    seed,
    sampling,
    source,
    refinement,
    fast: request.fast ?? false,
  }
  return { kind: 'order', order, notices: findings.notices }
}

export function referenceTo(model: ModelRecord, vae?: ModelReference['vae']): ModelReference {
  return { name: model.name, hash: model.hash, ...(vae && { vae }) }
}

function modelOf(
  request: ImagineRequest,
  context: ResolveContext,
  findings: Findings,
): ModelRecord | undefined {
  const { catalogue, config, settings } = context
  const names = catalogue.models.map(model => model.name)
  const preferred = settings.model === undefined ? undefined : findByName(catalogue.models, settings.model)
  if (request.model === undefined && preferred) return preferred
  if (request.model === undefined && settings.model !== undefined) {
    findings.notice('model-unknown', { name: settings.model, known: suggestions(names, settings.model) })
  }
  const name = request.model ?? config.defaultModel
  const model = findByName(catalogue.models, name)
  if (!model) findings.refuse('model-unknown', { name, known: suggestions(names, name) })
  return model
}

function sourceOf(
  request: ImagineRequest,
  { source, mask }: ResolveContext,
  steps: number,
  findings: Findings,
): PaintOrder['source'] {
  // One that was refused is named already, and what belongs to it is no further mistake.
  if (!source && request.source) {
    if (request.strength !== undefined) findings.inRange('strength', request.strength, bounds.strength)
    return undefined
  }
  if (!source) {
    if (mask || request.mask) findings.refuse('mask-without-source', {})
    if (request.strength !== undefined) findings.refuse('strength-without-source', {})
    return undefined
  }
  const strength = request.strength ?? (mask ? defaultStrength.masked : defaultStrength.plain)
  findings.inRange('strength', strength, bounds.strength)
  if (strength >= 0 && strength <= 1) checkStrength(strength, steps, findings)
  if (mask && (mask.widthPx !== source.widthPx || mask.heightPx !== source.heightPx)) {
    findings.refuse('mask-size', { mask: sides(mask), picture: sides(source) })
  }
  return { pictureId: source.id, strength, maskId: mask?.id }
}

function sides(size: Size): string {
  return `${size.widthPx}×${size.heightPx}`
}
