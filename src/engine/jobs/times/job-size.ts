/** The amount of work of an order and its model, for the fair order and the estimates. */
import { countOf, hashesOf, paintedPixels, type WorkOrder } from '../../work-order.ts'
import type { Waiting } from '../store.ts'

export function jobSizeOf(order: WorkOrder): Pick<Waiting, 'modelHash' | 'needs' | 'size'> {
  return {
    // Upscaling needs no model: every device is warm for it.
    modelHash: order.kind === 'upscale' ? '' : order.model.hash,
    needs: hashesOf(order),
    size: {
      kind: order.kind,
      steps: order.kind === 'upscale' ? 0 : order.sampling.steps,
      pixels: paintedPixels(order) * countOf(order),
    },
  }
}
