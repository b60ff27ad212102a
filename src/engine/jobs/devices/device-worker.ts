/** The worker of one device: started on demand, pinged while idle, and ended within a time limit. */
import type { Clock } from '../../../system/ports.ts'
import type { StartOutcome, WorkerHost } from '../../host/worker-host.ts'
import { HeartbeatMonitor } from './heartbeat-monitor.ts'

/** The time limit for opening a device, which loads the runtime and its libraries, but no model. */
const startLimitMs = 120_000
/** The interval and the time limit of pings between runs. */
const idleIntervalMs = 30_000
const answerLimitMs = 30_000
/** The time limit for closing sessions after the last run; gigabytes on a broken device take a while. */
const closeLimitMs = 60_000

/** The outcome of stopping a worker: `hangs` is a thread inside a native call, which only the end of the process ends. */
export type StopResult = 'gone' | 'hangs'

export interface DeviceWorkerParts {
  /** A new worker, not started yet. */
  openHost: () => WorkerHost
  /** A new worker in a separate process, which contains a crash; absent if every worker is one. */
  openIsolatedHost?: () => WorkerHost
  clock: Clock
  /** Called when an idle worker did not answer a ping for `silentMs`. */
  onSilent: (host: WorkerHost, silentMs: number) => void
}

export class DeviceWorker {
  readonly #parts: DeviceWorkerParts
  #host: WorkerHost | undefined
  #isolated = false
  #endIdleWatch: () => void = () => {}

  constructor(parts: DeviceWorkerParts) {
    this.#parts = parts
  }

  /** The running worker; undefined if there is none of that kind. */
  current(isolated: boolean): WorkerHost | undefined {
    const host = this.#host
    const usable = host?.state === 'ready' || host?.state === 'running'
    return usable && this.#isolated === this.#opensIsolated(isolated) ? host : undefined
  }

  /** Ends the current worker and starts another; either may never respond. */
  async replace(isolated: boolean): Promise<{ host: WorkerHost; outcome: StartOutcome | Silent }> {
    const old = this.#host
    if (old && (await this.stop(closeLimitMs)) === 'hangs') {
      return { host: old, outcome: { kind: 'silent', silentMs: closeLimitMs } }
    }
    const { openHost, openIsolatedHost = openHost, clock } = this.#parts
    this.#isolated = this.#opensIsolated(isolated)
    const host = this.#isolated ? openIsolatedHost() : openHost()
    this.#host = host
    const outcome = await withinSilence(clock, startLimitMs, host.start())
    if (outcome.kind === 'failed') this.drop(host)
    return { host, outcome }
  }

  /** Pings the worker from now on, until `endIdleWatch`. */
  watchIdle(host: WorkerHost): void {
    this.endIdleWatch()
    if (host.state !== 'ready') return
    this.#endIdleWatch = this.#parts.clock.after(idleIntervalMs, () => void this.#ping(host))
  }

  endIdleWatch(): void {
    this.#endIdleWatch()
    this.#endIdleWatch = () => {}
  }

  /** Stops the worker. A worker that does not end within `limitMs` is killed, if that is possible. */
  async stop(limitMs = closeLimitMs): Promise<StopResult> {
    this.endIdleWatch()
    const host = this.#host
    if (!host) return 'gone'
    const ended = await withinSilence(this.#parts.clock, limitMs, host.stop())
    if (ended?.kind === 'silent' && (await host.kill()).kind === 'unkillable') return 'hangs'
    this.drop(host)
    return 'gone'
  }

  /** Forgets a worker that is gone. */
  drop(host: WorkerHost): void {
    if (this.#host === host) this.#host = undefined
  }

  async #ping(host: WorkerHost): Promise<void> {
    const answer = await withinSilence(this.#parts.clock, answerLimitMs, host.ping())
    if (this.#host !== host || host.state !== 'ready') return
    if (answer?.kind === 'silent') this.#parts.onSilent(host, answer.silentMs)
    else this.watchIdle(host)
  }

  /** Whether the isolated opener is used: it is absent if every worker is isolated. */
  #opensIsolated(isolated: boolean): boolean {
    return isolated && this.#parts.openIsolatedHost !== undefined
  }
}

interface Silent {
  kind: 'silent'
  silentMs: number
}

async function withinSilence<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | Silent> {
  const monitor = new HeartbeatMonitor(clock)
  monitor.renew(limitMs)
  try {
    return await Promise.race([
      work,
      monitor.expired.then((silentMs): Silent => ({ kind: 'silent', silentMs })),
    ])
  } finally {
    monitor.end()
  }
}
