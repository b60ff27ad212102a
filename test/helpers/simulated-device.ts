/** A device that computes nothing: takes its time for each step, and has a picture with content of its own. */
import type { WorkOrder } from '../../src/engine/work-order.ts'
import type { LentDevice } from '../../src/remote/machine/shared-device.ts'
import { simulatedPicture } from '../../tools/simulate/gateway/simulated-picture.ts'
import { openSimulatedWorker, seedOf } from '../../tools/simulate/gateway/simulated-worker.ts'
import { aPaintOrder } from './work-orders.ts'

export interface SimulatedDevice {
  stepMs: number | ((order: WorkOrder) => number)
  /** The content of an order's picture; by the order's seed where absent. */
  contentOf?: (order: WorkOrder) => Uint8Array
  onPaint?: (order: WorkOrder) => void
}

export function simulatedDevice(name: string, device: SimulatedDevice): LentDevice {
  const { stepMs, contentOf = order => noiseOf(seedOf(order)), onPaint = () => {} } = device
  const work = {
    steps: () => 4,
    stepMs: (order: WorkOrder) => (typeof stepMs === 'number' ? stepMs : stepMs(order)),
    draw(order: WorkOrder) {
      const bytes = simulatedPicture(order, contentOf(order))
      onPaint(order)
      return bytes
    },
  }
  return { name, open: setup => ({ channel: openSimulatedWorker(work), setup }) }
}

/** What it returns for an order of that seed which asks for nothing else. */
export function pictureOf(seed: number): Uint8Array {
  return simulatedPicture(aPaintOrder(), noiseOf(seed))
}

/** Enough for several frames. */
function noiseOf(seed: number): Uint8Array {
  return new Uint8Array(300_000).map((_, i) => (seed * 31 + i * 7) % 256)
}
