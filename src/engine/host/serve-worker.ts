/** The worker's message loop: opens a painter, lets it paint one order at a time, and stops between steps. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../../errors/errors.ts'
import type { Painter } from '../pipeline/painter.ts'
import { packFault } from './fault.ts'
import { type MessageToWorker, messageToWorker, protocolVersion } from './protocol.ts'
import type { WorkerPort } from './worker-port.ts'

/** Opens the device; `setup` is what the host was given. */
export type OpenPainter = (setup: unknown) => Promise<Painter>

/**
 * Serves until it receives a stop, then ends the worker.
 * Rejects if the main side violates the protocol, which ends the worker with an error.
 */
export function serveWorker(
  port: WorkerPort,
  openPainter: OpenPainter,
  monotonicMs: () => number,
): Promise<void> {
  const loop = new WorkerLoop(port, openPainter, monotonicMs)
  return new Promise((resolve, reject) => {
    port.onMessage(raw => {
      loop.receive(raw).then(over => {
        if (over) resolve()
      }, reject)
    })
  })
}

interface CurrentRun {
  readonly id: number
  readonly abort: AbortController
  readonly finished: Promise<void>
}

class WorkerLoop {
  readonly #port: WorkerPort
  readonly #openPainter: OpenPainter
  readonly #monotonicMs: () => number
  #painter: Promise<Painter | undefined> | undefined
  #run: CurrentRun | undefined
  #stopped: Promise<void> | undefined

  constructor(port: WorkerPort, openPainter: OpenPainter, monotonicMs: () => number) {
    this.#port = port
    this.#openPainter = openPainter
    this.#monotonicMs = monotonicMs
  }

  /** Handles one message to its end; true when it was the last one. */
  async receive(raw: unknown): Promise<boolean> {
    const message = messageToWorker.parse(raw)
    switch (message.kind) {
      case 'start':
        if (this.#painter !== undefined) throw new AppError('internal', { problem: 'a second start' })
        this.#painter = this.#open(message.setup)
        return (await this.#painter) === undefined
      case 'run':
        await this.#begin(message)
        return false
      case 'cancel':
        if (this.#run?.id === message.runId) this.#run.abort.abort()
        return false
      case 'ping':
        this.#port.post({ kind: 'pong' })
        return false
      case 'stop':
        // A lost main process causes a second stop.
        this.#stopped ??= this.#stop()
        await this.#stopped
        return true
    }
  }

  async #open(setup: unknown): Promise<Painter | undefined> {
    try {
      const painter = await this.#openPainter(setup)
      this.#port.post({ kind: 'ready', protocol: protocolVersion, device: painter.device })
      return painter
    } catch (error) {
      this.#port.post({ kind: 'broken', fault: packFault(error) })
      this.#port.end()
      return undefined
    }
  }

  async #begin(message: Extract<MessageToWorker, { kind: 'run' }>): Promise<void> {
    if (this.#run !== undefined) throw new AppError('internal', { problem: 'a second run at the same time' })
    const abort = new AbortController()
    const finished = this.#paint(message, abort.signal)
    this.#run = { id: message.runId, abort, finished }
    await finished
    this.#run = undefined
  }

  /** Paints the order, and posts exactly one final message. */
  async #paint(message: Extract<MessageToWorker, { kind: 'run' }>, signal: AbortSignal): Promise<void> {
    const { runId, order, sources, lowMemoryLevel } = message
    const startedMs = this.#monotonicMs()
    try {
      const painter = await this.#painter
      if (painter === undefined) throw new AppError('internal', { problem: 'a run before the start' })
      const outcome = await painter.paint(order, sources, {
        signal,
        lowMemoryLevel,
        onLoading: model => this.#port.post({ kind: 'loading', runId, model }),
        onStep: async (step, steps, preview) => {
          const elapsedMs = Math.round(this.#monotonicMs() - startedMs)
          this.#port.post({ kind: 'step', runId, step, steps, preview, elapsedMs })
          await nextTurn()
        },
      })
      if (outcome.kind === 'cancelled') this.#port.post({ kind: 'cancelled', runId })
      else this.#port.post({ kind: 'done', runId, pictures: outcome.pictures, timings: outcome.timings })
    } catch (error) {
      if (signal.aborted && error === signal.reason) this.#port.post({ kind: 'cancelled', runId })
      else this.#port.post({ kind: 'failed', runId, fault: packFault(error) })
    }
  }

  async #stop(): Promise<void> {
    this.#run?.abort.abort()
    await this.#run?.finished
    const painter = await this.#painter
    await painter?.close()
    this.#port.end()
  }
}
