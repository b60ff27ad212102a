/** A device that computes nothing: speaks the worker protocol, takes its time for each step, and draws its picture from the seed. */
import type { Channel, WorkerEnd } from '../../src/engine/host/channel-host.ts'
import { type PostedFromWorker, protocolVersion } from '../../src/engine/host/protocol.ts'
import type { WorkOrder } from '../../src/engine/work-order.ts'
import type { LentDevice } from '../../src/remote/machine/shared-device.ts'
import { systemClock } from '../../src/system/system-ports.ts'

const steps = 4

export interface SimulatedDevice {
  stepMs: number | ((order: WorkOrder) => number)
  /** What it shows of an order; a picture by the order's seed where absent. */
  draw?: (order: WorkOrder) => Uint8Array
  onPaint?: (order: WorkOrder) => void
}

export function simulatedDevice(name: string, device: SimulatedDevice): LentDevice {
  return { name, open: setup => ({ channel: openSimulated(device), setup }) }
}

/** Enough for several frames. */
export function pictureOf(seed: number): Uint8Array {
  return new Uint8Array(300_000).map((_, i) => (seed * 31 + i * 7) % 256)
}

const seedOf = (order: WorkOrder) => (order.kind === 'upscale' ? 0 : order.seed)

function openSimulated({
  stepMs,
  draw = order => pictureOf(seedOf(order)),
  onPaint = () => {},
}: SimulatedDevice): Channel {
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
  const paint = (runId: number, order: WorkOrder, step: number): void => {
    if (isEnded) return
    if (cancelled === runId) {
      post({ kind: 'cancelled', runId })
      return
    }
    if (step > 0) post({ kind: 'step', runId, step, steps })
    const waitMs = typeof stepMs === 'number' ? stepMs : stepMs(order)
    if (step < steps) return void systemClock.after(waitMs, () => paint(runId, order, step + 1))
    const { widthPx, heightPx } = order
    const picture = { bytes: draw(order), mediaType: 'image/png', widthPx, heightPx, seed: seedOf(order) }
    onPaint(order)
    post({ kind: 'done', runId, pictures: [picture], timings: {} })
  }
  return {
    post(message) {
      if (message.kind === 'start') post({ kind: 'ready', protocol: protocolVersion, device: 'simulated' })
      if (message.kind === 'ping') post({ kind: 'pong' })
      if (message.kind === 'cancel') cancelled = message.runId
      if (message.kind === 'stop') end({ reason: 'exit code 0', byOthers: false })
      if (message.kind === 'run') paint(message.runId, message.order, 0)
    },
    onMessage: callback => {
      receive = callback
    },
    ended,
    kill: () => end({ reason: 'SIGKILL', byOthers: true }),
  }
}
