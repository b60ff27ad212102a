/** A worker on virtual time: it paints nothing, takes as long as it is told, and exchanges its model when a job needs another. */
import { deferred } from '../../src/engine/host/deferred.ts'
import type {
  Death,
  HostState,
  KillOutcome,
  RunEvents,
  RunOutcome,
  StartOutcome,
  WorkerHost,
} from '../../src/engine/host/worker-host.ts'
import type { PaintedPicture } from '../../src/engine/pipeline/painter.ts'
import { countOf, type WorkOrder } from '../../src/engine/work-order.ts'
import type { Clock } from '../../src/system/ports.ts'
import { type DeviceTimes, steps as simulatedSteps } from './workload.ts'

/** What all workers of a simulation did. */
export interface DeviceTotals {
  busyMs: number
  exchangeMs: number
  exchanges: number
}

export interface DeviceHostParts {
  device: string
  clock: Clock
  times: DeviceTimes
  totals: DeviceTotals
  /** The pictures that it makes of an order. */
  paint: (order: WorkOrder) => PaintedPicture[]
}

export class DeviceHost implements WorkerHost {
  readonly #parts: DeviceHostParts
  readonly #died = deferred<Death>()
  #model: string | undefined
  state: HostState = 'new'

  constructor(parts: DeviceHostParts) {
    this.#parts = parts
  }

  get died(): Promise<Death> {
    return this.#died.promise
  }

  async start(): Promise<StartOutcome> {
    this.state = 'ready'
    return { kind: 'ready', device: this.#parts.device }
  }

  async run(order: WorkOrder, _sources: unknown, events: RunEvents = {}): Promise<RunOutcome> {
    if (order.kind === 'upscale') throw new Error('a simulated device paints with models only')
    const { times, totals, paint } = this.#parts
    this.state = 'running'
    const isExchange = this.#model !== order.model.hash
    this.#model = order.model.hash
    if (isExchange) {
      events.onLoading?.(order.model.name)
      await this.#busy(times.exchangeMs)
      totals.exchanges += 1
      totals.exchangeMs += times.exchangeMs
    }
    const refinement = order.kind === 'paint' && order.refinement ? simulatedSteps.refiner : 0
    const steps = order.sampling.steps + refinement
    for (let step = 1; step <= steps; step++) {
      await this.#busy(times.stepMs * countOf(order))
      events.onStep?.(step, steps)
    }
    await this.#busy(times.overheadMs * countOf(order))
    this.state = 'ready'
    return {
      kind: 'done',
      pictures: paint(order),
      timings: { load: isExchange ? times.exchangeMs : 0 },
    }
  }

  async ping(): Promise<void> {}

  async stop(): Promise<void> {
    await this.kill()
  }

  async kill(): Promise<KillOutcome> {
    this.state = 'dead'
    this.#died.resolve({ expected: true, reason: 'stopped' })
    return { kind: 'dead' }
  }

  async #busy(ms: number): Promise<void> {
    const { clock, totals } = this.#parts
    await new Promise<void>(resolve => clock.after(ms, resolve))
    totals.busyMs += ms
  }
}
