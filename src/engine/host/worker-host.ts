/** The interface of a worker host: one worker from its start to its end, with one run at a time. The next worker has another host. */
import type { AppError } from '../../errors/errors.ts'
import type { LowMemoryLevel } from '../pipeline/low-memory.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'
import type { WorkOrder } from '../work-order.ts'

/**
 * - new → starting → ready ⇄ running
 * - any of them → stopping → dead, and from any of them → dead by a crash or a kill
 */
export type HostState = 'new' | 'starting' | 'ready' | 'running' | 'stopping' | 'dead'

export type StartOutcome =
  | { kind: 'ready'; device: string }
  /** The worker could not open its device, or died while it tried. */
  | { kind: 'failed'; error: AppError }

export type RunOutcome =
  /** `discard`: to be called when nobody reads the pictures any more. */
  | { kind: 'done'; pictures: PaintedPicture[]; timings: Record<string, number>; discard?: () => void }
  | { kind: 'cancelled' }
  /** Painting failed, or the worker died (`worker-died`, or `worker-killed` if somebody ended it). */
  | { kind: 'failed'; error: AppError }

/** The options and the callbacks of one run. */
export interface RunEvents {
  /** The device is shared, and runs of other gateways come first. */
  onWaiting?(): void
  onLoading?(model: string): void
  /** `elapsedMs`: since the run began, on the worker's clock; steps may arrive later, and several at once. */
  onStep?(step: number, steps: number, preview?: Uint8Array, elapsedMs?: number): void
  /** 0 when absent. */
  lowMemoryLevel?: LowMemoryLevel
  /** Aborting asks the worker to stop between steps; the run may still end as done. */
  signal?: AbortSignal
}

/** The end of a worker. */
export interface Death {
  /** Whether stop or kill caused it; false for a worker that could not start. */
  expected: boolean
  /** "exit code 3", "SIGSEGV", "RangeError: …": for logs and for faults. */
  reason: string
}

export type KillOutcome =
  | { kind: 'dead' }
  /** The worker is a thread that may be inside a native call; only the end of the process ends it. */
  | { kind: 'unkillable' }

export interface WorkerHost {
  readonly state: HostState
  /** Resolves once, when the worker is gone for any reason. */
  readonly died: Promise<Death>
  /** Starts the worker. It is called once per host. */
  start(): Promise<StartOutcome>
  /** Paints one order. Never rejects because of the worker. A second run at the same time is a defect of the caller. */
  run(order: WorkOrder, sources: Record<string, Uint8Array>, events?: RunEvents): Promise<RunOutcome>
  /** Resolves when the worker answers or is gone. It does not resolve while the worker hangs. */
  ping(): Promise<void>
  /** Cancels a run between steps, and resolves when the worker has closed its sessions and ended. It has no time limit. */
  stop(): Promise<void>
  /** Ends the worker now if that is safe; a running run fails with `worker-killed`. */
  kill(): Promise<KillOutcome>
}
