/** The client of a shared device: one channel of a gateway, to which the device looks like a worker of its own. */
import type { WorkerEnd } from '../../engine/host/channel-host.ts'

export interface DeviceClient {
  readonly gateway: string
  onMessage(message: unknown): void
  /** The last call. */
  onEnded(end: WorkerEnd): void
}
