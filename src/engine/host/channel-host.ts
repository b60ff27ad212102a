/** A worker host over any channel: its states, the pairing of runs and replies, and the handling of a worker's end. */
import { AppError } from '../../errors/errors.ts'
import type { WorkerEndCode } from '../../errors/worker-end.ts'
import type { WorkOrder } from '../work-order.ts'
import { type Deferred, deferred } from './deferred.ts'
import { unpackFault } from './fault.ts'
import {
  type MessageFromWorker,
  type MessageToWorker,
  messageFromWorker,
  protocolVersion,
} from './protocol.ts'
import type {
  Death,
  HostState,
  KillOutcome,
  RunEvents,
  RunOutcome,
  StartOutcome,
  WorkerHost,
} from './worker-host.ts'

/** The reason of a worker's end. */
export interface WorkerEnd {
  /** "exit code 3", "SIGSEGV", "RangeError: …", or a WorkerEndCode. */
  reason: string
  /** Whether a signal from outside ended it: from an operator, or from the system's out-of-memory killer. */
  byOthers: boolean
  /** Whether the worker is on another machine and its state is unknown. */
  isUnreachable?: boolean
}

/** The channel to a worker that was just started. */
export interface Channel {
  post(message: MessageToWorker): void
  /** Calls back for every message, unvalidated. Subscribed once, before anything is posted. */
  onMessage(receive: (message: unknown) => void): void
  /** Resolves when the worker is gone and its last message was delivered. */
  readonly ended: Promise<WorkerEnd>
  /** Ends the worker at any moment; absent if that is never safe. */
  kill?(): void
  /** Frees the memory of a message's bytes at once; absent if others may read them. */
  discard?(unused: readonly Uint8Array[]): void
}

export interface ChannelHostOptions {
  /** Name of the device in faults: "cuda:0". */
  device: string
  /** Handed to the worker's opening function; must survive structured cloning. */
  setup: unknown
  open: () => Channel
}

interface HostedRun {
  readonly id: number
  readonly events: RunEvents
  readonly outcome: Deferred<RunOutcome>
}

export class ChannelHost implements WorkerHost {
  readonly #options: ChannelHostOptions
  readonly #started = deferred<StartOutcome>()
  readonly #died = deferred<Death>()
  #pong = deferred<void>()
  #state: HostState = 'new'
  #channel: Channel | undefined
  #run: HostedRun | undefined
  #runs = 0
  /** Set before the worker is stopped or killed, to distinguish that from a crash. */
  #deathExpected = false

  constructor(options: ChannelHostOptions) {
    this.#options = options
  }

  get state(): HostState {
    return this.#state
  }

  get died(): Promise<Death> {
    return this.#died.promise
  }

  start(): Promise<StartOutcome> {
    this.#expect('new', 'start')
    this.#state = 'starting'
    const channel = this.#options.open()
    this.#channel = channel
    channel.onMessage(raw => this.#receive(raw))
    channel.ended.then(
      end => this.#end(end),
      error => this.#end({ reason: String(error), byOthers: false }),
    )
    channel.post({ kind: 'start', protocol: protocolVersion, setup: this.#options.setup })
    return this.#started.promise
  }

  async run(
    order: WorkOrder,
    sources: Record<string, Uint8Array>,
    events: RunEvents = {},
  ): Promise<RunOutcome> {
    if (this.#state === 'dead' || this.#state === 'stopping') {
      return this.#failedByDeath({ reason: 'stopping' satisfies WorkerEndCode, byOthers: false })
    }
    this.#expect('ready', 'run')
    if (events.signal?.aborted) return { kind: 'cancelled' }

    this.#state = 'running'
    this.#runs += 1
    const run: HostedRun = { id: this.#runs, events, outcome: deferred() }
    this.#run = run
    const cancel = () => this.#channel?.post({ kind: 'cancel', runId: run.id })
    events.signal?.addEventListener('abort', cancel)
    this.#channel?.post({
      kind: 'run',
      runId: run.id,
      order,
      sources,
      lowMemoryLevel: events.lowMemoryLevel ?? 0,
    })
    try {
      return await run.outcome.promise
    } finally {
      events.signal?.removeEventListener('abort', cancel)
    }
  }

  async ping(): Promise<void> {
    if (this.#state === 'dead') return
    this.#pong = deferred()
    this.#channel?.post({ kind: 'ping' })
    // Promise.race with `died` would add a reaction to `died` for every ping, and keep it for the worker's life.
    await this.#pong.promise
  }

  async stop(): Promise<void> {
    this.#deathExpected = true
    if (this.#state === 'new') this.#end({ reason: 'never-started' satisfies WorkerEndCode, byOthers: false })
    if (this.#state !== 'dead' && this.#state !== 'stopping') {
      this.#state = 'stopping'
      this.#channel?.post({ kind: 'stop' })
    }
    await this.#died.promise
  }

  async kill(): Promise<KillOutcome> {
    if (this.#state === 'new' || this.#state === 'dead') {
      await this.stop()
      return { kind: 'dead' }
    }
    if (this.#channel?.kill) {
      this.#deathExpected = true
      this.#channel.kill()
      await this.#died.promise
      return { kind: 'dead' }
    }
    // Between runs a worker only waits for messages, so a stop is as good as a kill.
    if (this.#state !== 'ready') return { kind: 'unkillable' }
    await this.stop()
    return { kind: 'dead' }
  }

  #receive(raw: unknown): void {
    const parsed = messageFromWorker.safeParse(raw)
    if (parsed.success) this.#handle(parsed.data)
    else this.#reject(parsed.error.message)
  }

  #handle(message: MessageFromWorker): void {
    if (message.kind === 'ready') {
      if (this.#state !== 'starting') return
      this.#state = 'ready'
      this.#started.resolve({ kind: 'ready', device: message.device })
      return
    }
    if (message.kind === 'pong') {
      this.#pong.resolve()
      return
    }
    if (message.kind === 'broken') {
      this.#state = 'stopping'
      this.#started.resolve({ kind: 'failed', error: unpackFault(message.fault) })
      return
    }

    const run = this.#run
    if (run === undefined || run.id !== message.runId) return
    if (message.kind === 'waiting') run.events.onWaiting?.()
    else if (message.kind === 'loading') run.events.onLoading?.(message.model)
    else if (message.kind === 'step')
      run.events.onStep?.(message.step, message.steps, this.#copied(message.preview), message.elapsedMs)
    else this.#settle(this.#outcomeOf(message))
  }

  /** Copies a preview, because it may share the memory of a result, which is freed earlier. */
  #copied(preview: Uint8Array | undefined): Uint8Array | undefined {
    return preview && this.#channel?.discard ? new Uint8Array(preview) : preview
  }

  /** The outcome of a run, from its last message. */
  #outcomeOf(message: Extract<MessageFromWorker, { kind: 'done' | 'cancelled' | 'failed' }>): RunOutcome {
    switch (message.kind) {
      case 'done': {
        const { pictures, timings } = message
        const channel = this.#channel
        const discard = channel?.discard && (() => channel.discard?.(pictures.map(({ bytes }) => bytes)))
        return { kind: 'done', pictures, timings, ...(discard && { discard }) }
      }
      case 'cancelled':
        return { kind: 'cancelled' }
      case 'failed':
        return { kind: 'failed', error: unpackFault(message.fault) }
    }
  }

  #settle(outcome: RunOutcome): void {
    const run = this.#run
    this.#run = undefined
    if (this.#state === 'running') this.#state = 'ready'
    run?.outcome.resolve(outcome)
  }

  /** A worker that violates the protocol gets no more work: its run fails and it is stopped. */
  #reject(problem: string): void {
    const error = new AppError('internal', { problem: `the worker broke the protocol: ${problem}` })
    this.#settle({ kind: 'failed', error })
    this.#started.resolve({ kind: 'failed', error })
    if (this.#state === 'dead' || this.#state === 'stopping') return
    this.#state = 'stopping'
    if (this.#channel?.kill) this.#channel.kill()
    else this.#channel?.post({ kind: 'stop' })
  }

  #end(end: WorkerEnd): void {
    this.#state = 'dead'
    this.#settle(this.#failedByDeath(end))
    this.#pong.resolve()
    this.#started.resolve(this.#failedByDeath(end))
    this.#died.resolve({ expected: this.#deathExpected, reason: end.reason })
  }

  #failedByDeath({ reason, byOthers, isUnreachable }: WorkerEnd): { kind: 'failed'; error: AppError } {
    const code = isUnreachable ? 'worker-unreachable' : byOthers ? 'worker-killed' : 'worker-died'
    return { kind: 'failed', error: new AppError(code, { device: this.#options.device, reason }) }
  }

  #expect(state: HostState, what: string): void {
    if (this.#state === state) return
    throw new AppError('internal', { problem: `${what} in a worker that is ${this.#state}, not ${state}` })
  }
}
