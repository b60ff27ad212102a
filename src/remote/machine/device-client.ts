/** A channel of a gateway to a shared device: to the gateway it looks like a worker of its own. */
import type { WorkerEnd } from '../../engine/host/channel-host.ts'

export interface DeviceClient {
  readonly gateway: string
  onMessage(message: unknown): void
  /** The last call. */
  onEnded(end: WorkerEnd): void
}
