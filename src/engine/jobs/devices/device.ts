/** One device: starts workers, runs one job at a time, and detects a stall. */
import { AppError, hasCode } from '../../../errors/errors.ts'
import type { WorkerEndCode } from '../../../errors/worker-end.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import { leavesBroken } from '../../host/fault.ts'
import type { RunOutcome, WorkerHost } from '../../host/worker-host.ts'
import type { WorkOrder } from '../../work-order.ts'
import { canHold, type DeviceResources, type JobNeeds } from '../job-fit.ts'
import type { Speeds } from '../times/speeds.ts'
import { DeviceQueue } from './device-queue.ts'
import { DeviceWorker, type StopResult } from './device-worker.ts'
import { HeartbeatMonitor } from './heartbeat-monitor.ts'
import { LowMemoryLevels } from './low-memory-levels.ts'
import { Quarantine } from './quarantine.ts'

/** A step that takes this long, or ten times the usual, is a stall. */
const stallFloorMs = 30_000
const stallFactor = 10
/** Loading, encoding and decoding report no steps and may be slow. */
const quietLimitMs = 600_000

/** A model on its way to a device's machine. */
export interface Fetching {
  readonly name: string
  readonly doneBytes: number
  readonly totalBytes: number
}

/** How a device's workers are opened. */
export interface DeviceOpeners extends DeviceResources {
  /** The model that the device's machine fetches now. */
  fetching?: () => Fetching | undefined
  /** A new worker, not started yet; and one in a separate process, if that differs. */
  openHost: () => WorkerHost
  openIsolatedHost?: () => WorkerHost
}

export interface DeviceParts extends DeviceOpeners {
  speeds: Speeds
  clock: Clock
  log: Logger
  /** Called when the device may have become ready or unready for jobs. */
  onChange: () => void
  /** Called when the worker hangs, and only the end of the process ends it. */
  onHung: (device: string) => void
}

/**
 * `hung`: its worker hangs and is not gone yet. `quarantined`: its worker failed, hung or did not start, and it gets no job until a
 * new worker answers as a probe.
 */
export type DeviceState = 'ready' | 'hung' | 'quarantined' | 'stopped'

/** A device with its resources and its current state. */
export interface DeviceStatus extends DeviceResources {
  state: DeviceState
  busy: boolean
  /** The operator has paused it: it gets no job. */
  isPaused: boolean
  fetching?: Fetching
}

/** The options and the callbacks of one run. */
export interface DeviceRunOptions {
  /** The job may have crashed the process, so it runs in a worker that contains crashes. */
  isolated: boolean
  signal: AbortSignal
  onLoading(): void
  /** `elapsedMs`: as a worker host's. */
  onStep(step: number, steps: number, preview: Uint8Array | undefined, elapsedMs?: number): void
}

export class Device {
  readonly name: string
  readonly queue = new DeviceQueue()
  readonly #parts: DeviceParts
  readonly #worker: DeviceWorker
  readonly #quarantine: Quarantine
  readonly #lowMemoryLevels = new LowMemoryLevels()
  #state: Exclude<DeviceState, 'quarantined'> = 'ready'
  #warmModel: string | undefined

  constructor(parts: DeviceParts) {
    this.name = parts.name
    this.#parts = parts
    const { clock, log, onChange } = parts
    this.#quarantine = new Quarantine({
      clock,
      probe: () => this.#probe(),
      onBegin: waitMs => {
        log.info({ device: this.name, waitMs }, 'device quarantined')
        onChange()
      },
      onEnd: () => {
        log.info({ device: this.name }, 'device recovered')
        onChange()
      },
    })
    this.#worker = new DeviceWorker({
      ...parts,
      onSilent: (host, silentMs) => {
        // A run that has just begun has its own monitor.
        if (this.free) this.#giveUp(host, silentMs)
      },
    })
  }

  get state(): DeviceState {
    if (this.#state !== 'ready') return this.#state
    return this.#quarantine.isActive ? 'quarantined' : 'ready'
  }

  /** The status without the pause, which the device list adds. */
  get status(): Omit<DeviceStatus, 'isPaused'> {
    const { name, memoryBytes, memoryKind, holdings } = this.#parts
    const fetching = this.#parts.fetching?.()
    return {
      name,
      state: this.state,
      busy: !this.queue.free,
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(memoryKind && { memoryKind }),
      ...(holdings && { holdings }),
      ...(fetching && { fetching }),
    }
  }

  /** The hash of the loaded model. */
  get warmModel(): string | undefined {
    return this.#warmModel
  }

  get free(): boolean {
    return this.queue.free && this.state === 'ready'
  }

  get resources(): DeviceResources {
    return this.#parts
  }

  /** Whether the device, free or busy, has the files and the memory that a job needs. */
  canHold(job: JobNeeds): boolean {
    return canHold(this.#parts, job)
  }

  /** Starts a worker if there is none. @throws AppError 'worker-killed' when the device was stopped, or the worker's fault. */
  async prepare(isolated = false): Promise<WorkerHost> {
    if (this.#state === 'stopped') {
      throw new AppError('worker-killed', {
        device: this.name,
        reason: 'device-stopped' satisfies WorkerEndCode,
      })
    }
    this.#worker.endIdleWatch()
    const current = this.#worker.current(isolated)
    if (current) return current
    this.#warmModel = undefined
    const { host, outcome } = await this.#worker.replace(isolated)
    if (outcome.kind === 'silent') throw this.#giveUp(host, outcome.silentMs)
    if (outcome.kind === 'failed') {
      this.#parts.log.error({ device: this.name, error: outcome.error.message }, 'device did not come up')
      this.#quarantine.begin('wait')
      throw outcome.error
    }
    this.#parts.log.info({ device: this.name, on: outcome.device }, 'device ready')
    return host
  }

  /** Runs one order to its end, or until the device stalls. Never rejects because of the worker. */
  async run(
    order: WorkOrder,
    modelHash: string,
    sources: Record<string, Uint8Array>,
    options: DeviceRunOptions,
  ): Promise<RunOutcome> {
    const host = await this.prepare(options.isolated)
    const outcome = await this.#runWatched(host, order, sources, options)
    if (outcome.kind === 'done') {
      if (modelHash !== '') this.#warmModel = modelHash
      this.#quarantine.resetFaults()
    }
    if (outcome.kind === 'failed') await this.#handleFault(order, outcome.error)
    if (host.state === 'dead') this.#warmModel = undefined
    this.#worker.watchIdle(host)
    return outcome
  }

  async #handleFault(order: WorkOrder, error: AppError): Promise<void> {
    if (hasCode(error, 'out-of-memory')) this.#lowMemoryLevels.raise(order, error.details.lowMemoryLevel)
    if (leavesBroken.has(error.code)) await this.#endWorker()
    if (error.code === 'device-failed') this.#quarantine.begin('probe')
    // Longer than the job waits for its next attempt, which another device gets.
    if (error.code === 'result-unfit') this.#quarantine.begin('wait')
  }

  /** Ends the worker, unless it hangs in a native call. */
  async stop(limitMs: number): Promise<StopResult> {
    const hung = this.#state === 'hung'
    this.#state = 'stopped'
    this.#quarantine.end()
    return hung ? 'hangs' : this.#worker.stop(limitMs)
  }

  async #runWatched(
    host: WorkerHost,
    order: WorkOrder,
    sources: Record<string, Uint8Array>,
    { signal, onLoading, onStep }: DeviceRunOptions,
  ): Promise<RunOutcome> {
    const { clock, speeds, name } = this.#parts
    const monitor = new HeartbeatMonitor(clock)
    monitor.renew(quietLimitMs)
    const stalled = monitor.expired.then(
      (silentMs): RunOutcome => ({ kind: 'failed', error: this.#giveUp(host, silentMs) }),
    )
    const run = host.run(order, sources, {
      signal,
      lowMemoryLevel: this.#lowMemoryLevels.of(order),
      onWaiting: () => monitor.renew(quietLimitMs),
      onLoading: () => {
        monitor.renew(quietLimitMs)
        onLoading()
      },
      onStep: (step, steps, preview, elapsedMs) => {
        onStep(step, steps, preview, elapsedMs)
        const stepLimitMs = Math.max(stallFloorMs, stallFactor * (speeds.p99StepMs(name) ?? 0))
        monitor.renew(step < steps ? stepLimitMs : quietLimitMs)
      },
    })
    try {
      return await Promise.race([run, stalled])
    } finally {
      monitor.end()
    }
  }

  /** Ends a silent worker. A worker that cannot be killed is replaced when its call returns. */
  #giveUp(host: WorkerHost, silentMs: number): AppError {
    const error = new AppError('device-stalled', { device: this.name, silentMs })
    if (this.#state === 'stopped') return error
    this.#state = 'hung'
    this.#parts.onChange()
    this.#parts.log.error({ device: this.name, silentMs }, 'device stalled')
    const recover = () => {
      if (this.#state !== 'hung') return
      this.#worker.drop(host)
      this.#state = 'ready'
      this.#quarantine.begin('probe')
    }
    const end = async () => {
      const outcome = await host.kill()
      if (outcome.kind === 'unkillable') {
        this.#parts.onHung(this.name)
        await host.stop()
      }
      recover()
    }
    end().catch(cause => this.#parts.log.error({ device: this.name, error: String(cause) }, 'device lost'))
    return error
  }

  /** Ends the worker after a fault that may have left it broken. */
  async #endWorker(): Promise<void> {
    await this.#worker.stop()
    this.#warmModel = undefined
  }

  /** Whether a worker starts and responds. */
  async #probe(): Promise<boolean> {
    this.#warmModel = undefined
    const { host, outcome } = await this.#worker.replace(false)
    if (outcome.kind === 'silent') this.#giveUp(host, outcome.silentMs)
    if (outcome.kind === 'failed') {
      this.#parts.log.error({ device: this.name, error: outcome.error.message }, 'device did not come up')
    }
    if (outcome.kind !== 'ready') return false
    this.#worker.watchIdle(host)
    return true
  }
}
