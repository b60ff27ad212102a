/** A worker that computes nothing: speaks the worker protocol, takes its time for each step, and then has a picture. */
import type { Channel, WorkerEnd } from '../../../src/engine/host/channel-host.ts'
import { type PostedFromWorker, protocolVersion } from '../../../src/engine/host/protocol.ts'
import type { WorkOrder } from '../../../src/engine/work-order.ts'
import { systemClock } from '../../../src/system/system-ports.ts'

export interface SimulatedWork {
  steps: (order: WorkOrder) => number
  stepMs: (order: WorkOrder) => number
  /** The file of the order's picture. */
  draw: (order: WorkOrder) => Uint8Array
}

export function openSimulatedWorker({ steps, stepMs, draw }: SimulatedWork): Channel {
  let receive: (message: unknown) => void = () => {}
  let settle: (end: WorkerEnd) => void = () => {}
  let isEnded = false
  let cancelled: number | undefined
  const ended = new Promise<WorkerEnd>(resolve => {
    settle = resolve
  })
  const end = (how: WorkerEnd) => {
    isEnded = true
    settle(how)
  }
  const post = (message: PostedFromWorker) => {
    if (!isEnded) receive(message)
  }
  const finish = (runId: number, order: WorkOrder): void => {
    const { widthPx, heightPx } = order
    const seed = seedOf(order)
    const picture = { bytes: draw(order), mediaType: 'image/png', widthPx, heightPx, seed }
    post({ kind: 'done', runId, pictures: [picture], timings: {} })
  }
  const paint = (runId: number, order: WorkOrder): void => {
    const startedMs = systemClock.monotonicMs()
    const last = steps(order)
    const go = (step: number): void => {
      if (isEnded) return
      if (cancelled === runId) {
        post({ kind: 'cancelled', runId })
        return
      }
      const elapsedMs = Math.round(systemClock.monotonicMs() - startedMs)
      if (step > 0) post({ kind: 'step', runId, step, steps: last, elapsedMs })
      if (step < last) systemClock.after(stepMs(order), () => go(step + 1))
      else finish(runId, order)
    }
    go(0)
  }
  return {
    post(message) {
      if (message.kind === 'start') post({ kind: 'ready', protocol: protocolVersion, device: 'simulated' })
      if (message.kind === 'ping') post({ kind: 'pong' })
      if (message.kind === 'cancel') cancelled = message.runId
      if (message.kind === 'stop') end({ reason: 'exit code 0', byOthers: false })
      if (message.kind === 'run') paint(message.runId, message.order)
    },
    onMessage: callback => {
      receive = callback
    },
    ended,
    kill: () => end({ reason: 'SIGKILL', byOthers: true }),
  }
}

/** 0 for an upscale, which has none. */
export function seedOf(order: WorkOrder): number {
  return order.kind === 'upscale' ? 0 : order.seed
}
