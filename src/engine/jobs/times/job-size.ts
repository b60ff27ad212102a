/** The amount of work of an order and what it needs, for the fair order, the choice of a device and the estimates. */
import { type NeededMemory, nothingNeeded } from '../../../common/memory-need.ts'
import { countSteps } from '../../step-counts.ts'
import { countOf, hashesOf, paintedPixels, type WorkOrder } from '../../work-order.ts'
import type { QueuedJob } from '../job-store.ts'

/** Counts the memory that an order needs. */
export type CountMemory = (order: WorkOrder) => NeededMemory

/** For an engine without a scanned library. */
export const countNothing: CountMemory = () => nothingNeeded

/** The parts of a queued job that follow from its order. */
export function jobSizeOf(
  order: WorkOrder,
  countMemory: CountMemory,
): Pick<QueuedJob, 'modelHash' | 'needs' | 'neededMemory' | 'size'> {
  return {
    // Upscaling needs no model: every device is warm for it.
    modelHash: order.kind === 'upscale' ? '' : order.model.hash,
    needs: hashesOf(order),
    neededMemory: countMemory(order),
    size: {
      kind: order.kind,
      pictures: countOf(order),
      steps: countSteps(order),
      pixels: paintedPixels(order),
    },
  }
}
