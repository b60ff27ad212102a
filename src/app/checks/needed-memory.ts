/** Computes the minimum memory that an order needs on each kind of device. Pure. */
import type { Precision } from '../../common/choices.ts'
import { type NeededMemory, neededBytes, nothingNeeded } from '../../common/memory-need.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import { type NamedFiles, needsOfOrder } from '../../engine/order-needs.ts'
import { paintedPixels, type WorkOrder } from '../../engine/work-order.ts'

export function neededMemoryOf(order: WorkOrder, named: NamedFiles): NeededMemory {
  return neededMemoryFor(needsOfOrder(order, named), paintedPixels(order))
}

/**
 * The minimum memory in bytes for a picture of `pixels` pixels. A GPU that runs out of memory changes to a low-memory level, so the
 * last level counts.
 */
export function neededMemoryFor(needs: NonNullable<ModelRecord['needs']>, pixels: number): NeededMemory {
  if (needs.length === 0) return nothingNeeded
  const onCard = (precision: Precision) =>
    neededBytes(
      needs.map(need => need.onCard[precision][2]),
      pixels,
    )
  return { cpu: neededBytes(needs, pixels), float32: onCard('float32'), float16: onCard('float16') }
}
