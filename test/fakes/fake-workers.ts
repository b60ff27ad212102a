/** A device whose workers paint one-coloured pictures, at once or exactly as a test says. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
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
import { countSteps } from '../../src/engine/step-counts.ts'
import { countOf, type WorkOrder } from '../../src/engine/work-order.ts'
import { AppError } from '../../src/errors/errors.ts'
import { tinyPng } from '../helpers/pictures/tiny-png.ts'

export interface FakeWorkersOptions {
  device?: string
  /** `by-hand`: a run does what the test tells its FakeRun, and nothing else. */
  mode?: 'at-once' | 'by-hand'
  /** A hung worker that cannot be killed, as threads are. */
  unkillable?: boolean
}

export class FakeWorkers {
  readonly device: string
  mode: 'at-once' | 'by-hand'
  unkillable: boolean
  /** Workers that answer to nothing any more: no start, no ping, no stop. */
  silent = false
  /** Workers whose start fails with this. */
  startFault: AppError | undefined
  /** Every run ever begun, oldest first. */
  readonly runs: FakeRun[] = []
  readonly hosts: FakeHost[] = []

  constructor(options: FakeWorkersOptions = {}) {
    this.device = options.device ?? 'fake:0'
    this.mode = options.mode ?? 'at-once'
    this.unkillable = options.unkillable ?? false
  }

  readonly openHost = (): FakeHost => this.#open(false)

  /** In a process of its own. */
  readonly openIsolatedHost = (): FakeHost => this.#open(true)

  #open(isolated: boolean): FakeHost {
    const host = new FakeHost(this, isolated)
    this.hosts.push(host)
    return host
  }

  /** Runs that have not ended. */
  get underway(): FakeRun[] {
    return this.runs.filter(run => !run.ended)
  }

  /** The latest run that has not ended; fails where there is none. */
  get current(): FakeRun {
    const run = this.underway.at(-1)
    if (!run) throw new Error('no run is under way')
    return run
  }
}

/** One run, in the test's hands. */
export class FakeRun {
  readonly order: WorkOrder
  readonly sources: Record<string, Uint8Array>
  readonly outcome = deferred<RunOutcome>()
  readonly #host: FakeHost
  readonly #events: RunEvents
  readonly isolated: boolean
  ended = false
  #step = 0

  constructor(host: FakeHost, order: WorkOrder, sources: Record<string, Uint8Array>, events: RunEvents) {
    this.#host = host
    this.isolated = host.isolated
    this.order = order
    this.sources = sources
    this.#events = events
  }

  get steps(): number {
    return countSteps(this.order)
  }

  get cancelAsked(): boolean {
    return this.#events.signal?.aborted === true
  }

  get lowMemoryLevel(): number {
    return this.#events.lowMemoryLevel ?? 0
  }

  loading(): void {
    this.#events.onLoading?.('fake')
  }

  step(count = 1, preview?: Uint8Array): void {
    for (let i = 0; i < count && !this.cancelAsked; i++) {
      this.#step += 1
      this.#events.onStep?.(this.#step, this.steps, preview)
    }
    if (this.cancelAsked) this.end({ kind: 'cancelled' })
  }

  /** A step that the worker says was over so long after its run began, whenever it arrives. */
  stepAfter(elapsedMs: number): void {
    this.#step += 1
    this.#events.onStep?.(this.#step, this.steps, undefined, elapsedMs)
  }

  finish(): void {
    this.end({ kind: 'done', pictures: paintedFor(this.order), timings: {} })
  }

  fail(error: AppError): void {
    this.end({ kind: 'failed', error })
  }

  /** The worker dies under the run, by its own fault. */
  die(reason = 'SIGSEGV'): void {
    this.#host.crash(reason)
  }

  /** Somebody ends the worker under the run. */
  kill(): void {
    this.#host.crash('SIGKILL', 'worker-killed')
  }

  end(outcome: RunOutcome): void {
    this.ended = true
    this.outcome.resolve(outcome)
  }
}

export class FakeHost implements WorkerHost {
  readonly #workers: FakeWorkers
  readonly isolated: boolean
  readonly #died = deferred<Death>()
  #run: FakeRun | undefined
  state: HostState = 'new'

  constructor(workers: FakeWorkers, isolated: boolean) {
    this.#workers = workers
    this.isolated = isolated
  }

  get died(): Promise<Death> {
    return this.#died.promise
  }

  async start(): Promise<StartOutcome> {
    this.state = 'starting'
    if (this.#workers.silent) {
      const { reason } = await this.#died.promise
      return {
        kind: 'failed',
        error: new AppError('worker-killed', { device: this.#workers.device, reason }),
      }
    }
    const error = this.#workers.startFault
    this.state = error ? 'dead' : 'ready'
    return error ? { kind: 'failed', error } : { kind: 'ready', device: this.#workers.device }
  }

  async run(
    order: WorkOrder,
    sources: Record<string, Uint8Array>,
    events: RunEvents = {},
  ): Promise<RunOutcome> {
    if (this.state !== 'ready') throw new Error(`run in a worker that is ${this.state}`)
    if (events.signal?.aborted) return { kind: 'cancelled' }
    this.state = 'running'
    const run = new FakeRun(this, order, sources, events)
    this.#run = run
    this.#workers.runs.push(run)
    if (this.#workers.mode === 'at-once') {
      await setImmediate()
      run.step(run.steps)
      if (!run.ended) run.finish()
    }
    const outcome = await run.outcome.promise
    this.#run = undefined
    if (this.state === 'running') this.state = 'ready'
    return outcome
  }

  /** Answers, unless it hangs. */
  async ping(): Promise<void> {
    if (this.#workers.silent) await this.#died.promise
  }

  /** As the real ones: a run that goes on is cancelled, one that hangs is waited for. */
  async stop(): Promise<void> {
    if (this.#workers.silent) await this.#died.promise
    await this.#run?.outcome.promise
    this.#end(true, 'stopped')
  }

  async kill(): Promise<KillOutcome> {
    const idle = this.state === 'ready' && !this.#workers.silent
    if (this.#workers.unkillable && !this.isolated && !idle) return { kind: 'unkillable' }
    this.#end(true, 'SIGKILL')
    return { kind: 'dead' }
  }

  crash(reason: string, code: 'worker-died' | 'worker-killed' = 'worker-died'): void {
    this.#end(false, reason, code)
  }

  #end(expected: boolean, reason: string, code: 'worker-died' | 'worker-killed' = 'worker-killed'): void {
    this.state = 'dead'
    const error = new AppError(code, { device: this.#workers.device, reason })
    this.#run?.end({ kind: 'failed', error })
    this.#died.resolve({ expected, reason })
  }
}

/** One colour per order and seed: the same order gives the same bytes. */
export function paintedFor(order: WorkOrder) {
  const seed = order.kind === 'upscale' ? 0 : order.seed
  const { widthPx, heightPx } = order
  return Array.from({ length: countOf(order) }, (_, i) => {
    const [r = 0, g = 0, b = 0] = createHash('sha256')
      .update(JSON.stringify([order, i]))
      .digest()
    const bytes = tinyPng(widthPx, heightPx, [r, g, b])
    return { bytes, mediaType: 'image/png', widthPx, heightPx, seed: seed + i }
  })
}
