/** Derives a button's new order from the old one. Pure. */
import type { Config } from '../../config/config.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { PaintOrder, RefineOrder, UpscaleOrder, WorkOrder } from '../../engine/work-order.ts'
import { referenceTo } from '../resolve/resolve.ts'
import { checkStrength, negativeScore, refuseRefiner } from '../resolve/resolve-refinement.ts'
import { nearestSize, type Size } from '../resolve/resolve-size.ts'
import { defaultsOf } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'

/**
 * The strengths of the variations: 0.35 keeps the composition and changes details; 0.7 keeps the theme and changes the
 * composition.
 */
export const variationStrengths = { 'vary-subtle': 0.35, 'vary-strong': 0.7 } as const

/** The maximum area of an upscaled picture, as a multiple of the maximum painted area. */
const upscaledPixels = 4

/** An order with a prompt, from which new orders can be derived. */
export type Recipe = PaintOrder | RefineOrder

export interface ModelContext {
  model: ModelRecord
  config: Pick<Config, 'models' | 'limits'>
}

/** The same order with another seed. */
export function reRolled(recipe: Recipe, model: ModelRecord, seed: number): Recipe {
  if (recipe.kind === 'refine') return { ...recipe, model: refinerOf(recipe, model), seed }
  return {
    ...recipe,
    model: referenceTo(model, recipe.model.vae),
    refinement: withCurrentRefiner(recipe, model),
    seed,
  }
}

/** Image to image with the Base on the picture, without the Refiner's ensemble. */
export function deriveVariation(
  recipe: Recipe,
  pictureId: string,
  strength: number,
  seed: number,
  { model, config }: ModelContext,
  findings: Findings,
): PaintOrder {
  const base = recipe.kind === 'paint' ? recipe : paintOrderFrom(recipe, { model, config })
  checkStrength(strength, base.sampling.steps, findings)
  const refinement = withCurrentRefiner(base, model)
  const { widthPx, heightPx } = base
  const rules = {
    own: base,
    stepPx: model.sizeStepPx,
    nativeSidePx: Number.MAX_SAFE_INTEGER,
    maxPixels: config.limits.maxPixels,
  }
  return {
    ...base,
    // If only a part was painted, the whole picture may have any size.
    ...nearestSize({ widthPx, heightPx }, rules),
    model: referenceTo(model, recipe.model.vae),
    seed,
    source: { pictureId, strength },
    refinement: refinement?.way === 'after' ? refinement : undefined,
  }
}

/** The Refiner's image to image on the finished picture, from the picture's own seed. */
export function deriveRefinement(
  recipe: Recipe,
  picture: Size & { id: string; seed: number },
  { model, config }: ModelContext,
  findings: Findings,
): RefineOrder | undefined {
  if (!model.refiner) {
    refuseRefiner(model, findings)
    return undefined
  }
  const { refiner } = defaultsOf(model, config)
  const steps = refiner.steps ?? recipe.sampling.steps
  checkStrength(refiner.strength, steps, findings)
  const { maxPixels } = config.limits
  const rules = {
    own: picture,
    stepPx: model.refiner.sizeStepPx,
    nativeSidePx: Number.MAX_SAFE_INTEGER,
    maxPixels,
  }
  const size = nearestSize(picture, rules)
  checkPixels(size, maxPixels, model.refiner.sizeStepPx, findings)
  return {
    kind: 'refine',
    model: { ...recipe.model, name: model.name, hash: model.refiner.hash },
    prompt: recipe.prompt,
    ...size,
    seed: picture.seed,
    sampling: { ...recipe.sampling, steps, guidance: refiner.guidance, timesteps: undefined },
    source: { pictureId: picture.id, strength: refiner.strength },
    aesthetic: { positive: refiner.score, negative: negativeScore },
  }
}

export function deriveUpscale(
  picture: Size & { id: string },
  factor: 2 | 4,
  config: Pick<Config, 'limits'>,
  findings: Findings,
  recipe?: Recipe,
): UpscaleOrder {
  const size = { widthPx: picture.widthPx * factor, heightPx: picture.heightPx * factor }
  checkPixels(size, config.limits.maxPixels * upscaledPixels, 1, findings)
  return { kind: 'upscale', source: { pictureId: picture.id }, factor, ...size, recipe }
}

export function isRecipe(order: WorkOrder): order is Recipe {
  return order.kind !== 'upscale'
}

/** The order for a refined picture whose original is gone: its prompt and size, with the model's default sampling. */
function paintOrderFrom(recipe: RefineOrder, { model, config }: ModelContext): PaintOrder {
  const { sampler, steps, guidance } = defaultsOf(model, config)
  const { prompt, widthPx, heightPx, seed, sampling } = recipe
  return {
    kind: 'paint',
    model: referenceTo(model, recipe.model.vae),
    prompt,
    widthPx,
    heightPx,
    count: 1,
    seed,
    sampling: { ...sampling, sampler, steps, guidance },
    fast: false,
  }
}

function withCurrentRefiner(recipe: PaintOrder, model: ModelRecord): PaintOrder['refinement'] {
  if (!recipe.refinement || !model.refiner) return undefined
  const { vae } = recipe.model
  return { ...recipe.refinement, model: { name: model.name, hash: model.refiner.hash, ...(vae && { vae }) } }
}

function refinerOf(recipe: RefineOrder, model: ModelRecord): RefineOrder['model'] {
  return { ...recipe.model, name: model.name, hash: model.refiner?.hash ?? recipe.model.hash }
}

function checkPixels(size: Size, maxPixels: number, stepPx: number, findings: Findings): void {
  if (size.widthPx * size.heightPx <= maxPixels) return
  const maxPx = Math.floor(Math.sqrt(maxPixels) / stepPx) * stepPx
  findings.refuse('size-range', { widthPx: size.widthPx, heightPx: size.heightPx, minPx: stepPx, maxPx })
}
