/** The painter interface between host/ and the pipeline: paints a work order in a device's worker. */
import type { WorkOrder } from '../work-order.ts'
import type { Economy } from './economy.ts'

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

export interface PaintHooks {
  /** Aborted by a cancel or a stop. It can only change while the worker's loop turns, as it does inside `onStep`. */
  readonly signal: AbortSignal
  /** How sparingly to paint, on a device whose memory ran out; 0 when absent. */
  readonly economy?: Economy
  /** Weights of that model are about to be read: this can take long and is not a stall. */
  onLoading(model: string): void
  /**
   * Reports that `step` of `steps` model steps are behind us and lets the loop turn once, so that a cancel that
   * was sent is seen. `preview` is a small JPEG or WebP.
   */
  onStep(step: number, steps: number, preview?: Uint8Array): Promise<void>
}

/** Has a device and its open models; lives as long as its worker. */
export interface Painter {
  /** What it paints on, for the log: "CPU, 2 threads". */
  readonly device: string
  /**
   * Paints one order. `sources` holds the bytes of each picture that the order names, by id.
   * A cancel is answered with `cancelled`, or by throwing `hooks.signal.reason`.
   */
  paint(order: WorkOrder, sources: Record<string, Uint8Array>, hooks: PaintHooks): Promise<PaintOutcome>
  /** Frees the sessions. Called once, with no paint under way. */
  close(): Promise<void>
}
