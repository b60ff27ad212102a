/**
 * The parabola through x0 of the last three model calls that the rules of third order integrate over λ = ln α - ln σ; Lu et
 * al. 2022 (DPM-Solver++), appendix. With H the exponent of the step, h its length, r₀ and r₁ the lengths of the two steps
 * before it in units of h:
 *
 *   φ₂·D₁ - φ₃·D₂,   φ₂ = (e^-H - 1)/H + 1,   φ₃ = φ₂/H - ½
 *   D₁ = d₀ + r₀·D₂,   D₂ = (d₀ - d₁)/(r₀ + r₁),   d₀ = (x0 - x0_before)/r₀,   d₁ = (x0_before - x0_older)/r₁
 */
import { combine } from './arithmetic.ts'

/** x0 of an earlier call, and h of the step after it. */
export interface EarlierCall {
  readonly clean: Float32Array
  readonly h: number
}

interface ThirdOrderStep extends EarlierCall {
  /** H; h in a step that draws no noise. */
  readonly exponent: number
  /** α at the step's end, a factor on all terms. */
  readonly alpha: number
}

/** The terms of D₁ and D₂; before: newest first. Without a second earlier call there is no D₂, without a first no D₁. */
export function slopeAndCurvature(
  { clean, h, exponent, alpha }: ThirdOrderStep,
  [last, older]: readonly EarlierCall[],
): (readonly [number, Float32Array])[] {
  if (!last) return []
  const phi2 = Math.expm1(-exponent) / exponent + 1
  const phi3 = phi2 / exponent - 0.5
  const r0 = last.h / h
  const slope = combine([1 / r0, clean], [-1 / r0, last.clean])
  if (!older) return [[alpha * phi2, slope]]
  const r1 = older.h / h
  const slopeBefore = combine([1 / r1, last.clean], [-1 / r1, older.clean])
  const curvature = combine([1 / (r0 + r1), slope], [-1 / (r0 + r1), slopeBefore])
  return [
    [alpha * phi2, slope],
    [alpha * (phi2 * r0 - phi3), curvature],
  ]
}
