/**
 * "Align Your Steps", Sabour et al. 2024: the authors' sigmas for SDXL in 10 steps. For other numbers of steps they are
 * interpolated linearly in ln σ. ComfyUI replaces the last one by 0; A1111 appends 0.
 */
import { linspace } from '../arithmetic.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const alignYourSteps: SigmaSchedule = {
  name: 'ays',
  label: 'Align Your Steps',
  sigmas: (_, steps) => [...interpolate(published, steps + 1).slice(0, -1), 0],
}

export const alignYourStepsA1111: SigmaSchedule = {
  name: 'ays_a1111',
  label: 'Align Your Steps (A1111)',
  sigmas: (_, steps) => [...interpolate(rounded, steps), 0],
}

const published = [
  14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141, 0.5550693289,
  0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582,
]

/** The same sigmas as rounded in A1111. */
const rounded = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029]

function interpolate(sigmas: readonly number[], count: number): number[] {
  if (count === sigmas.length) return [...sigmas]
  const last = sigmas.length - 1
  return linspace(0, last, count).map(position => {
    const low = Math.min(Math.floor(position), last - 1)
    const from = Math.log(sigmas[low] ?? 0)
    const to = Math.log(sigmas[low + 1] ?? 0)
    return Math.exp(from + (position - low) * (to - from))
  })
}
