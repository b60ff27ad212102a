/** Resolves the options of inpainting: the soft edge, and the whole picture or the masked part only. Pure. */

import { bounds } from '../../common/bounds.ts'
import type { Inpainting } from '../../engine/work-order.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Findings } from '../views/findings.ts'
import type { Size } from './resolve-size.ts'

/** A few pixels hide the seam without a visible change of the kept part. */
const defaultSoftEdgePx = 4

/** The request's key for each flag about a mask. */
const maskFlags = [
  ['paste-back', 'pasteBack'],
  ['soft-edge', 'softEdgePx'],
  ['only-masked', 'onlyMasked'],
] as const

/**
 * The options of inpainting; undefined without a mask or without pasting back. `painted`: the size at which the area around the
 * mask is painted.
 */
export function resolveInpainting(
  request: ImagineRequest,
  hasMask: boolean,
  painted: Size,
  findings: Findings,
): Inpainting | undefined {
  const { pasteBack = true, softEdgePx = defaultSoftEdgePx, onlyMasked: paddingPx = false } = request
  findings.wholeInRange('soft-edge', softEdgePx, bounds.softEdge)
  if (paddingPx !== false) findings.wholeInRange('only-masked', paddingPx, bounds.maskPadding)
  if (!hasMask) {
    for (const [flag, key] of maskFlags) {
      if (request[key] !== undefined && !request.mask) findings.refuse('mask-flag', { flag: `--${flag}` })
    }
    return undefined
  }
  if (!pasteBack && paddingPx === false) return undefined
  return { softEdgePx, ...(paddingPx === false ? {} : { onlyMasked: { paddingPx, ...painted } }) }
}
