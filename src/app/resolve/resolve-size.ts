/** Resolves the size: the requested one if the model can paint it, otherwise the nearest, with a finding. Pure. */

import { maxAspectRatio } from '../../common/bounds.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Findings } from '../views/findings.ts'

export interface Size {
  widthPx: number
  heightPx: number
}

export interface SizeRules {
  /** The model's native size. Its area is the area of sizes from aspect ratios. */
  own: Size
  /** Sides are multiples of this: the VAE's pixels per latent. */
  stepPx: number
  nativeSidePx: number
  maxPixels: number
}

/** Sides are multiples of the model's step, so the actual aspect seldom equals the requested one. */
const aspectTolerance = 0.1
/** The maximum side, as a multiple of the native side. Larger pictures come from upscaling. */
const maxSideRatio = 4

/** Checks an aspect independently of the model: its range, and whether a size given with it has another aspect. */
export function checkShape(
  { size, aspect }: Pick<ImagineRequest, 'size' | 'aspect'>,
  findings: Findings,
): void {
  if (!aspect) return
  const wanted = aspect.width / aspect.height
  findings.inRange('ar', Math.round(wanted * 1000) / 1000, { min: 1 / maxAspectRatio, max: maxAspectRatio })
  if (!size) return
  const miss = Math.abs(Math.log(size.widthPx / size.heightPx / wanted))
  if (miss <= aspectTolerance) return
  findings.refuse('aspect-and-size', {
    aspect: `${aspect.width}:${aspect.height}`,
    size: `${size.widthPx}×${size.heightPx}`,
  })
}

/** A given size takes precedence. `checkShape` checks its aspect. */
export function resolveSize(
  request: Pick<ImagineRequest, 'size' | 'aspect'>,
  preferred: Size | undefined,
  source: Size | undefined,
  rules: SizeRules,
  findings: Findings,
): Size {
  if (request.size) return checkSize(request.size, rules, findings)
  if (request.aspect) {
    const aspect = request.aspect.width / request.aspect.height
    return sizeOfAspect(clamp(aspect, 1 / maxAspectRatio, maxAspectRatio), rules)
  }
  if (source) return fittingSize(source, rules)
  // A person's default may have been made for another model, so it is fitted and not refused.
  return preferred ? nearestSize(preferred, rules) : nearestSize(rules.own, rules)
}

/**
 * The size of that aspect ratio at the model's native area. Among the neighbouring sizes it minimises the error of the
 * aspect, with half as much weight on the error of the area.
 */
function sizeOfAspect(aspect: number, rules: SizeRules): Size {
  const area = pixels(rules.own)
  const wanted = { widthPx: Math.sqrt(area * aspect), heightPx: Math.sqrt(area / aspect) }
  const miss = (size: Size) =>
    Math.abs(Math.log(size.widthPx / size.heightPx / aspect)) + Math.abs(Math.log(pixels(size) / area)) / 2
  return sidesAround(wanted.widthPx, rules)
    .flatMap(widthPx => sidesAround(wanted.heightPx, rules).map(heightPx => ({ widthPx, heightPx })))
    .reduce((best, size) => (miss(size) < miss(best) ? size : best), nearestSize(wanted, rules))
}

/** A source keeps its size if the model can paint it, otherwise its aspect at the model's native area. */
function fittingSize(source: Size, rules: SizeRules): Size {
  const near = nearestSize(source, rules)
  const paintable = near.widthPx === source.widthPx && near.heightPx === source.heightPx
  if (paintable && pixels(source) <= pixels(rules.own)) return near
  return sizeOfAspect(clamp(source.widthPx / source.heightPx, 1 / maxAspectRatio, maxAspectRatio), rules)
}

export function nearestSize(size: Size, rules: SizeRules): Size {
  return { widthPx: nearestSide(size.widthPx, rules), heightPx: nearestSide(size.heightPx, rules) }
}

function checkSize(size: Size, rules: SizeRules, findings: Findings): Size {
  const maxPx = maxSidePx(rules)
  const minPx = rules.stepPx
  const outside = [size.widthPx, size.heightPx].some(side => !(side >= minPx && side <= maxPx))
  if (outside) findings.refuse('size-range', { ...size, minPx, maxPx })
  else if (size.widthPx % rules.stepPx !== 0 || size.heightPx % rules.stepPx !== 0) {
    const { widthPx: nearestWidthPx, heightPx: nearestHeightPx } = nearestSize(size, rules)
    findings.refuse('size-step', { ...size, stepPx: rules.stepPx, nearestWidthPx, nearestHeightPx })
  } else if (pixels(size) > rules.maxPixels) {
    const fittingPx = floorTo(Math.sqrt(rules.maxPixels), rules.stepPx)
    findings.refuse('size-range', { ...size, minPx, maxPx: Math.min(maxPx, fittingPx) })
  }
  return size
}

function maxSidePx(rules: SizeRules): number {
  return Math.max(rules.stepPx, floorTo(rules.nativeSidePx * maxSideRatio, rules.stepPx))
}

function nearestSide(sidePx: number, rules: SizeRules): number {
  const rounded = Math.round(sidePx / rules.stepPx) * rules.stepPx
  return clamp(rounded, rules.stepPx, maxSidePx(rules))
}

function sidesAround(sidePx: number, rules: SizeRules): number[] {
  const { stepPx } = rules
  return [Math.floor(sidePx / stepPx), Math.ceil(sidePx / stepPx)].map(steps =>
    nearestSide(steps * stepPx, rules),
  )
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step
}

function pixels(size: Size): number {
  return size.widthPx * size.heightPx
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}
