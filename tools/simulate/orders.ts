/** Work orders of simulated arrivals. */
import type { PaintOrder } from '../../src/engine/work-order.ts'
import type { Arrival } from './arrivals.ts'
import { steps } from './workload.ts'

const sidePx = 1024

export function orderOf({ model, pictures, isRefined }: Omit<Arrival, 'atMs' | 'person'>): PaintOrder {
  return {
    kind: 'paint',
    model: modelOf(model),
    prompt: { positive: 'a circle', negative: null, clipSkip: 0 },
    widthPx: sidePx,
    heightPx: sidePx,
    count: pictures,
    seed: 0,
    sampling: {
      sampler: 'euler',
      sigmas: 'model',
      spacing: 'model',
      steps: steps.base,
      guidance: 7,
      guidanceRescale: 0,
      guidanceInterval: [0, 1],
    },
    refinement: isRefined
      ? {
          way: 'after',
          model: { name: 'refiner', hash: 'refiner-hash' },
          strength: 0.3,
          steps: steps.base,
          guidance: 7,
          aesthetic: { positive: 6, negative: 2.5 },
        }
      : undefined,
    fast: false,
  }
}

/** The k-th model, from 0. */
export function modelOf(k: number): { name: string; hash: string } {
  return { name: `model-${k}`, hash: `hash-${k}` }
}
