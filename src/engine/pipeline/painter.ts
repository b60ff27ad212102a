/** The painter interface between host/ and the pipeline: paints a work order in a device's worker. */
import type { WorkOrder } from '../work-order.ts'
import type { LowMemoryLevel } from './low-memory.ts'

/** One finished picture, encoded, with its parameters inside. */
export interface PaintedPicture {
  bytes: Uint8Array
  mediaType: string
  widthPx: number
  heightPx: number
  seed: number
}

export type PaintOutcome =
  | {
      kind: 'painted'
      pictures: PaintedPicture[]
      /** Milliseconds by phase name (text, steps, decode, encode …). */
      timings: Record<string, number>
    }
  | { kind: 'cancelled' }

/** The callbacks of one order, and the signal that cancels it. */
export interface PaintHooks {
  /** Aborted by a cancel or a stop. It can only change while the worker's event loop runs, as in `onStep`. */
  readonly signal: AbortSignal
  /** The low-memory level for a device that ran out of memory; absent: 0. */
  readonly lowMemoryLevel?: LowMemoryLevel
  /** Called before the weights of a model are read, which can take long and is not a stall. */
  onLoading(model: string): void
  /**
   * Reports that `step` of `steps` steps are done, and yields to the event loop, so that a cancel is noticed. `preview` is a
   * small JPEG or WebP.
   */
  onStep(step: number, steps: number, preview?: Uint8Array): Promise<void>
}

/** A device with its open models, for the lifetime of its worker. */
export interface Painter {
  /** A description of the device for the log: "cpu, 2 threads". */
  readonly device: string
  /**
   * Paints one order. `sources`: the bytes of the order's pictures, by id.
   * After a cancel it returns `cancelled`, or throws `hooks.signal.reason`.
   */
  paint(order: WorkOrder, sources: Record<string, Uint8Array>, hooks: PaintHooks): Promise<PaintOutcome>
  /** Closes the sessions. Called once, when no order is running. */
  close(): Promise<void>
}
