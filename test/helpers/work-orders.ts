/** Valid work orders for tests that do not care what is painted. */
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
