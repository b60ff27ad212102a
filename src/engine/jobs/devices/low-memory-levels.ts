/** The low-memory level at which a device paints each size. It rises for a size at which memory ran out. */
import type { LowMemoryLevel } from '../../pipeline/low-memory.ts'
import type { WorkOrder } from '../../work-order.ts'

export class LowMemoryLevels {
  /** The levels by pixels of a picture. */
  readonly #bySize = new Map<number, LowMemoryLevel>()

  /** The highest level of this size and of all smaller ones. */
  of(order: WorkOrder): LowMemoryLevel {
    const pixels = pixelsOf(order)
    let level: LowMemoryLevel = 0
    for (const [size, known] of this.#bySize) if (size <= pixels && known > level) level = known
    return level
  }

  /**
   * Raises the level for the order's size, after memory ran out. `used`: the level of that attempt, which the worker's budget may
   * have raised.
   */
  raise(order: WorkOrder, used = 0): void {
    this.#bySize.set(pixelsOf(order), Math.max(used, this.of(order)) === 0 ? 1 : 2)
  }
}

function pixelsOf(order: WorkOrder): number {
  return 'widthPx' in order ? order.widthPx * order.heightPx : 0
}
