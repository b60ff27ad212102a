/** Valid work orders for tests that do not care what is painted. */
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { type PaintOrder, paintOrder } from '../../src/engine/work-order.ts'

export function aPaintOrder(changes: Partial<PaintOrder> = {}): PaintOrder {
  return paintOrder.parse({
    kind: 'paint',
    model: { name: 'demo', hash: 'abc' },
    prompt: { positive: 'a red circle', negative: null },
    widthPx: 128,
    heightPx: 128,
    count: 1,
    seed: 7,
    sampling: { sampler: 'euler', steps: 4, guidance: 7 },
    ...changes,
  })
}

/** A square picture of a model. */
export function aSquareOf(model: ModelRecord, sidePx: number): PaintOrder {
  return aPaintOrder({ model: { name: model.name, hash: model.hash }, widthPx: sidePx, heightPx: sidePx })
}

/** The same by its Base and its Refiner, within one schedule. */
export function aCascadeOf(model: ModelRecord, sidePx: number): PaintOrder {
  return aPaintOrder({
    ...aSquareOf(model, sidePx),
    refinement: {
      way: 'ensemble',
      model: { name: model.name, hash: model.refiner?.hash ?? '' },
      split: 0.8,
      guidance: 5,
      aesthetic: { positive: 6, negative: 2.5 },
    },
  })
}
