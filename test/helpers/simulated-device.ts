/** A device that computes nothing: takes its time for each step, and draws its picture from the seed. */
import type { WorkOrder } from '../../src/engine/work-order.ts'
import type { LentDevice } from '../../src/remote/machine/shared-device.ts'
import { openSimulatedWorker, seedOf } from '../../tools/simulate/gateway/simulated-worker.ts'

export interface SimulatedDevice {
  stepMs: number | ((order: WorkOrder) => number)
  /** What it shows of an order; a picture by the order's seed where absent. */
  draw?: (order: WorkOrder) => Uint8Array
  onPaint?: (order: WorkOrder) => void
}

export function simulatedDevice(name: string, device: SimulatedDevice): LentDevice {
  const { stepMs, draw = order => pictureOf(seedOf(order)), onPaint = () => {} } = device
  const work = {
    steps: () => 4,
    stepMs: (order: WorkOrder) => (typeof stepMs === 'number' ? stepMs : stepMs(order)),
    draw(order: WorkOrder) {
      const bytes = draw(order)
      onPaint(order)
      return bytes
    },
  }
  return { name, open: setup => ({ channel: openSimulatedWorker(work), setup }) }
}

/** Enough for several frames. */
export function pictureOf(seed: number): Uint8Array {
  return new Uint8Array(300_000).map((_, i) => (seed * 31 + i * 7) % 256)
}
