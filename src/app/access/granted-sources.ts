/** Protects source pictures that a viewer may use only as part of an order: a derived request must not reveal more of them. */
import { isDeepStrictEqual } from 'node:util'
import type { Database } from '../../db/database.ts'
import { sourcesOf, type WorkOrder } from '../../engine/work-order.ts'
import type { ImagineRequest } from '../requests.ts'
import { picturesOf } from '../resolve/request-pictures.ts'
import type { Viewer } from './access-rules.ts'
import { usablePicture } from './visible.ts'

/** The ids of an order's source pictures that the viewer may use only as part of that order, not on their own. */
export function grantedSources(db: Database, order: WorkOrder, viewer: Viewer): string[] {
  return sourcesOf(order).filter(id => usablePicture(db, viewer, id) === undefined)
}

/** Whether the request reveals more of another person's picture than the order did: by less strength or another mask. */
export function revealsMore(
  granted: readonly string[],
  request: ImagineRequest,
  base: ImagineRequest | undefined,
): boolean {
  const used = [...picturesOf(request).values()]
  if (!used.some(given => given.kind === 'stored' && granted.includes(given.pictureId))) return false
  const isSame = base !== undefined && isDeepStrictEqual(visiblePartOf(request), visiblePartOf(base))
  return !isSame || (request.strength ?? 0) < (base.strength ?? 1)
}

/** The pictures, their uses, and how much of them is visible. The strength is compared separately, because it may increase. */
function visiblePartOf(request: ImagineRequest) {
  const { pasteBack, softEdgePx, onlyMasked, controls, imagePrompts } = request
  return { pictures: picturesOf(request), pasteBack, softEdgePx, onlyMasked, controls, imagePrompts }
}
