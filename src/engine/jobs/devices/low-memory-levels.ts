/** The low-memory level at which a device paints each size: where its memory ran out once, it uses less from then on. */
import type { LowMemoryLevel } from '../../pipeline/low-memory.ts'
import type { WorkOrder } from '../../work-order.ts'

export class LowMemoryLevels {
  /** The levels by pixels of a picture. */
  readonly #bySize = new Map<number, LowMemoryLevel>()

  /** What is too large once is too large when it is larger still. */
  of(order: WorkOrder): LowMemoryLevel {
    const pixels = pixelsOf(order)
    let level: LowMemoryLevel = 0
    for (const [size, known] of this.#bySize) if (size <= pixels && known > level) level = known
    return level
  }

  /** The memory ran out under this order. used: the level that its worker painted it at, which may begin higher by its budget. */
  ranOut(order: WorkOrder, used = 0): void {
    this.#bySize.set(pixelsOf(order), Math.max(used, this.of(order)) === 0 ? 1 : 2)
  }
}

function pixelsOf(order: WorkOrder): number {
  return 'widthPx' in order ? order.widthPx * order.heightPx : 0
}
