/**
 * The share of removed noise rises linearly over the first half of the steps, towards 0.025 at its end, and then
 * quadratically, with the same value and slope at the junction, to 1 (Polyak et al. 2024, Movie Gen).
 */
import { maxSigma, type SigmaSchedule } from '../schedule.ts'

const shareOfLinearPart = 0.025

export const linearQuadratic: SigmaSchedule = {
  name: 'linear_quadratic',
  label: 'Linear Quadratic',
  sigmas(training, steps) {
    const most = maxSigma(training)
    return Array.from({ length: steps + 1 }, (_, i) => (1 - removedShare(i, steps)) * most)
  },
}

function removedShare(i: number, steps: number): number {
  if (i === steps) return 1
  const linear = Math.floor(steps / 2)
  if (linear === 0) return 0
  const slope = shareOfLinearPart / linear
  if (i < linear) return slope * i
  const rest = steps - linear
  const curvature = (1 - shareOfLinearPart - slope * rest) / rest ** 2
  const beyond = i - linear
  return shareOfLinearPart + slope * beyond + curvature * beyond ** 2
}
