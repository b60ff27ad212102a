/** Finds the order with a prompt from which a job or a picture was made, as far as a viewer may see its sources. */
import type { JobRecord } from '../../db/records/job-records.ts'
import type { PictureRecord } from '../../db/repositories/pictures.ts'
import type { PaintOrder } from '../../engine/work-order.ts'
import type { Viewer } from '../access/access-rules.ts'
import { type MadePicture, visiblePicture } from '../access/visible.ts'
import type { AppParts } from '../parts.ts'
import { isRecipe, type Recipe } from './derive.ts'

type Parts = Pick<AppParts, 'db'>

/** The job's own order if it has a prompt, otherwise that of the picture that was upscaled. */
export function recipeOf(parts: Parts, { order }: JobRecord, viewer: Viewer): Recipe | undefined {
  if (isRecipe(order)) return order
  const source = visiblePicture(parts.db, viewer, order.source.pictureId)
  return source ? recipeOfPicture(parts, source, viewer) : order.recipe
}

/** The nearest order with a prompt among a picture's order and those of its sources. */
export function recipeOfPicture(
  parts: Parts,
  { picture, job }: MadePicture,
  viewer: Viewer,
): Recipe | undefined {
  return job.order.kind === 'paint' ? ofPicture(job.order, picture) : recipeOf(parts, job, viewer)
}

/**
 * The nearest order of the Base among a picture's order and those of its sources. Variations of a refined picture derive from it,
 * too.
 */
export function paintRecipeOfPicture(
  parts: Parts,
  { picture, job: { order } }: MadePicture,
  viewer: Viewer,
): PaintOrder | undefined {
  if (order.kind === 'paint') return ofPicture(order, picture)
  const source = visiblePicture(parts.db, viewer, order.source.pictureId)
  if (source) return paintRecipeOfPicture(parts, source, viewer)
  return order.kind === 'upscale' && order.recipe?.kind === 'paint' ? order.recipe : undefined
}

/** The order of one picture of a set, as the picture's file has it. */
function ofPicture(order: PaintOrder, { seed }: PictureRecord): PaintOrder {
  return { ...order, count: 1, seed }
}
