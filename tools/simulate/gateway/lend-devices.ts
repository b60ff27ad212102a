/** The machine of `remote-gateway.ts`, in a process of its own: lends devices that compute nothing until its input ends. */
import { Machine } from '../../../src/remote/machine/machine.ts'
import type { Reference } from '../../../src/remote/presence/records.ts'
import { version } from '../../../src/system/version.ts'
import { connectLocally } from './local-redis.ts'
import { simulatedPicture } from './simulated-picture.ts'
import { openSimulatedWorker, type SimulatedWork } from './simulated-worker.ts'

export interface LendingSettings {
  port: number
  devices: number
  stepMs: number
  pictureBytes: number
  models: readonly Reference[]
}

const settings: LendingSettings = JSON.parse(process.argv[2] ?? '')
const end = connectLocally(settings.port)
const content = new Uint8Array(settings.pictureBytes)
/** By size: what a device does costs the measured machine nothing. */
const files = new Map<string, Uint8Array>()
const work: SimulatedWork = {
  steps(order) {
    if (order.kind === 'upscale') throw new Error('a simulated device paints with models only')
    return order.sampling.steps
  },
  stepMs: () => settings.stepMs,
  draw({ widthPx, heightPx }) {
    const size = `${widthPx}×${heightPx}`
    const file = files.get(size) ?? simulatedPicture({ widthPx, heightPx }, content)
    files.set(size, file)
    return file
  },
}
const machine = new Machine({
  ...end,
  version,
  name: 'simulated',
  devices: Array.from({ length: settings.devices }, (_, i) => ({
    name: `device-${i}`,
    open: setup => ({ channel: openSimulatedWorker(work), setup }),
  })),
  models: settings.models,
  files: [],
  onStatus: () => {},
})
machine.start()
process.stdin.resume().once('end', () => {
  void machine.end().finally(() => end.redis.disconnect())
})
