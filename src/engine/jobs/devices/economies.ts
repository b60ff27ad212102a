/** How sparingly a device paints each size: where its memory ran out once, it does with less from then on. */
import type { Economy } from '../../pipeline/economy.ts'
import type { WorkOrder } from '../../work-order.ts'

const next: Readonly<Record<Economy, Economy>> = { 0: 1, 1: 2, 2: 2 }

export class Economies {
  /** By pixels of a picture. */
  readonly #bySize = new Map<number, Economy>()

  /** What is too large once is too large when it is larger still. */
  of(order: WorkOrder): Economy {
    const pixels = pixelsOf(order)
    let economy: Economy = 0
    for (const [size, known] of this.#bySize) if (size <= pixels && known > economy) economy = known
    return economy
  }

  /** The memory ran out under this order. */
  ranOut(order: WorkOrder): void {
    this.#bySize.set(pixelsOf(order), next[this.of(order)])
  }
}

function pixelsOf(order: WorkOrder): number {
  return 'widthPx' in order ? order.widthPx * order.heightPx : 0
}
