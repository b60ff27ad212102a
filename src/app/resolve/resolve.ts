/** Resolves a request to a work order in which every value is fixed, or to the reasons for its refusal. Pure. */

import { bounds, randomSeed } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { Inpainting, ModelReference, PaintOrder } from '../../engine/work-order.ts'
import type { Problem } from '../problems.ts'
import type { ImagineRequest } from '../requests.ts'
import {
  type Catalogue,
  defaultsOf,
  findByName,
  type ModelDefaults,
  suggestions,
} from '../views/catalogue.ts'
import { Findings } from '../views/findings.ts'
import type { PersonSettings } from '../views/views.ts'
import type { PicturePlace } from './request-pictures.ts'
import { resolveControls, resolveImagePrompts } from './resolve-controls.ts'
import { resolveInpainting } from './resolve-inpainting.ts'
import { resolveLoras } from './resolve-loras.ts'
import { resolvePrompt } from './resolve-prompt.ts'
import { checkStrength, resolveRefinement } from './resolve-refinement.ts'
import { resolveSampling } from './resolve-sampling.ts'
import { checkShape, resolveSize, type Size, type SizeRules } from './resolve-size.ts'
import { resolveVae } from './resolve-vae.ts'

export interface ResolveContext {
  catalogue: Catalogue
  config: Pick<Config, 'limits' | 'styles' | 'models' | 'defaultModel' | 'prompts'>
  settings: PersonSettings
  /** The admitted pictures of the request. */
  pictures?: ReadonlyMap<PicturePlace, AdmittedPicture>
  /** The seed if the request names none. */
  seed: number
}

/** A stored picture, with its original size if it was scaled down. */
export type AdmittedPicture = Size & { id: string; shrunkFrom?: Size }

export type Resolved =
  | { kind: 'order'; order: PaintOrder; notices: Problem[] }
  | { kind: 'refused'; problems: Problem[] }

/** With a mask, little of the masked part should remain, so the default is higher. */
const defaultStrength = { plain: 0.6, masked: 0.9 }

export function resolve(request: ImagineRequest, context: ResolveContext): Resolved {
  const { config, settings } = context
  const findings = new Findings()
  noticeShrunk(context, findings)
  const known = modelOf(request, context, findings)
  // Another model replaces an unknown one, so that the checks that suit every model still run.
  const model = known ?? context.catalogue.models[0]
  if (!model) return { kind: 'refused', problems: findings.problems }
  const ofModel = known ? findings : new Findings()

  const vae = resolveVae(request.vae, model, context.catalogue, ofModel)
  for (const problem of ofModel.problems) if (problem.code === 'vae-unknown') findings.add(problem)
  const defaults = { ...defaultsOf(model, config), ...(known ? {} : { preset: undefined }) }
  const prompt = resolvePrompt(request, context, known ? model.textWidths : undefined, findings)
  const loras = resolveLoras(request.loras, prompt, context.catalogue, findings)
  const sampling = resolveSampling(request, defaults, config.limits, findings)
  const refinement = resolveRefinement(
    request,
    settings,
    { model, vae, defaults, steps: sampling.steps, maxSteps: config.limits.maxSteps },
    ofModel,
  )
  const rules = sizeRulesOf(model, defaults, config)
  checkShape(request, findings)
  const { size, inpainting } = sizesOf(request, context, rules, ofModel, findings)
  const source = sourceOf(request, context, sampling.steps, inpainting, findings)
  const guides = guidesOf(request, context, model, ofModel)
  const { count, seed } = resolveSet(request, context, findings)

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
    ...guides,
    ...(loras && { loras }),
    refinement,
    fast: isFast(request, guides, findings),
  }
  return { kind: 'order', order, notices: findings.notices }
}

/** The number of pictures, and the seed of the first one. */
function resolveSet(
  request: ImagineRequest,
  { config, settings, seed: drawnSeed }: ResolveContext,
  findings: Findings,
): Pick<PaintOrder, 'count' | 'seed'> {
  const { maxCount } = config.limits
  const count = request.count ?? Math.min(settings.count ?? 1, maxCount)
  findings.wholeInRange('n', count, { min: bounds.count.min, max: maxCount })
  const seed = request.seed === undefined || request.seed === randomSeed ? drawnSeed : request.seed
  findings.wholeInRange('seed', seed, bounds.seed)
  return { count, seed }
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

function sizeRulesOf(
  { sizeStepPx: stepPx, nativeSidePx }: ModelRecord,
  defaults: ModelDefaults,
  { limits }: ResolveContext['config'],
): SizeRules {
  return { own: defaults, stepPx, nativeSidePx, maxPixels: limits.maxPixels }
}

/** With "only masked" the result has the source's size, and the requested size is that of the painted part. */
function sizesOf(
  request: ImagineRequest,
  { settings, pictures }: ResolveContext,
  rules: SizeRules,
  ofModel: Findings,
  findings: Findings,
): { size: Size; inpainting: Inpainting | undefined } {
  const source = pictures?.get('source')
  const hasMask = source !== undefined && pictures?.has('mask') === true
  const isPart = hasMask && typeof request.onlyMasked === 'number'
  const painted = resolveSize(request, settings.size, isPart ? undefined : source, rules, ofModel)
  const inpainting = resolveInpainting(request, hasMask, painted, findings)
  const { widthPx, heightPx } = isPart && source ? source : painted
  return { size: { widthPx, heightPx }, inpainting }
}

function sourceOf(
  request: ImagineRequest,
  { pictures }: ResolveContext,
  steps: number,
  inpainting: Inpainting | undefined,
  findings: Findings,
): PaintOrder['source'] {
  const [source, mask] = [pictures?.get('source'), pictures?.get('mask')]
  // A refused picture is already among the findings; its options are not reported as well.
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
  if (mask && !isSameShape(mask, source)) {
    findings.notice('mask-resized', { mask: sides(mask), picture: sides(source) })
  }
  return { pictureId: source.id, strength, maskId: mask?.id, ...(inpainting && { inpainting }) }
}

/** Compares the original sizes: two large pictures of one size are scaled down alike. */
function isSameShape(mask: AdmittedPicture, source: AdmittedPicture): boolean {
  const [a, b] = [mask.shrunkFrom ?? mask, source.shrunkFrom ?? source]
  return a.widthPx === b.widthPx && a.heightPx === b.heightPx
}

/** The pictures that guide the denoising: ControlNets and image prompts. */
type Guides = Pick<PaintOrder, 'controls' | 'imagePrompts'>

function guidesOf(
  request: ImagineRequest,
  { catalogue, pictures }: ResolveContext,
  model: ModelRecord,
  findings: Findings,
): Guides {
  const context = {
    catalogue,
    model,
    pictureIdAt: (place: PicturePlace) => pictures?.get(place)?.id,
  }
  const controls = resolveControls(request, context, findings)
  const imagePrompts = resolveImagePrompts(request, context, findings)
  return { ...(controls && { controls }), ...(imagePrompts && { imagePrompts }) }
}

/**
 * Whether features of earlier steps are reused. ControlNets and image prompts exclude that, because reused features would lack
 * their effect.
 */
function isFast(
  { fast = false }: ImagineRequest,
  { controls, imagePrompts }: Guides,
  findings: Findings,
): boolean {
  if (!fast || (!controls && !imagePrompts)) return fast
  findings.notice('fast-left-out', {})
  return false
}

function noticeShrunk({ pictures }: ResolveContext, findings: Findings): void {
  const noticed = new Set<string>()
  for (const { id, shrunkFrom, ...size } of pictures?.values() ?? []) {
    if (!shrunkFrom || noticed.has(id)) continue
    noticed.add(id)
    findings.notice('picture-shrunk', { from: sides(shrunkFrom), to: sides(size) })
  }
}

function sides(size: Size): string {
  return `${size.widthPx}×${size.heightPx}`
}
