/** The machine of `remote-gateway.ts`, in a process of its own: lends devices that compute nothing until its input ends. */
import type { Channel, WorkerEnd } from '../../../src/engine/host/channel-host.ts'
import { type PostedFromWorker, protocolVersion } from '../../../src/engine/host/protocol.ts'
import type { WorkOrder } from '../../../src/engine/work-order.ts'
import { Machine } from '../../../src/remote/machine/machine.ts'
import type { Reference } from '../../../src/remote/presence/records.ts'
import { systemClock } from '../../../src/system/system-ports.ts'
import { version } from '../../../src/system/version.ts'
import { connectLocally } from './local-redis.ts'

export interface LendingSettings {
  port: number
  devices: number
  stepMs: number
  pictureBytes: number
  models: readonly Reference[]
}

const settings: LendingSettings = JSON.parse(process.argv[2] ?? '')
const end = connectLocally(settings.port)
const file = new Uint8Array(settings.pictureBytes)
const machine = new Machine({
  ...end,
  version,
  name: 'simulated',
  devices: Array.from({ length: settings.devices }, (_, i) => ({
    name: `device-${i}`,
    open: setup => ({ channel: openWorker(), setup }),
  })),
  models: settings.models,
  files: [],
  onStatus: () => {},
})
machine.start()
process.stdin.resume().once('end', () => {
  void machine.end().finally(() => end.redis.disconnect())
})

/** A worker that takes its time for each step, and then has a picture. */
function openWorker(): Channel {
  let receive: (message: unknown) => void = () => {}
  let settle: (end: WorkerEnd) => void = () => {}
  let isEnded = false
  const ended = new Promise<WorkerEnd>(resolve => {
    settle = resolve
  })
  const finish = (how: WorkerEnd) => {
    isEnded = true
    settle(how)
  }
  const post = (message: PostedFromWorker) => {
    if (!isEnded) receive(message)
  }
  const paint = (runId: number, order: WorkOrder, step: number): void => {
    if (order.kind === 'upscale') throw new Error('a simulated device paints with models only')
    const { steps } = order.sampling
    if (step > 0) post({ kind: 'step', runId, step, steps })
    if (step < steps) return void systemClock.after(settings.stepMs, () => paint(runId, order, step + 1))
    const { widthPx, heightPx, seed } = order
    const picture = { bytes: file, mediaType: 'image/png', widthPx, heightPx, seed }
    post({ kind: 'done', runId, pictures: [picture], timings: {} })
  }
  return {
    post(message) {
      if (message.kind === 'start') post({ kind: 'ready', protocol: protocolVersion, device: 'simulated' })
      if (message.kind === 'ping') post({ kind: 'pong' })
      if (message.kind === 'run') paint(message.runId, message.order, 0)
      if (message.kind === 'stop') finish({ reason: 'exit code 0', byOthers: false })
    },
    onMessage: callback => {
      receive = callback
    },
    ended,
    kill: () => finish({ reason: 'SIGKILL', byOthers: true }),
  }
}
