/** The parts of a pool, and the changes that it emits. */
import type { Clock, Logger, Random } from '../../system/ports.ts'
import type { DeviceOpeners } from './devices/device.ts'
import type { DeviceListParts } from './devices/device-list.ts'
import type { JobStore } from './job-store.ts'

export interface PoolParts extends Pick<DeviceListParts, 'isClosed'> {
  devices: DeviceOpeners[]
  store: JobStore
  clock: Clock
  random: Random
  log: Logger
  /** Jobs that wait longer expire; 0: never. */
  maxWaitMs: number
  onChange: (change: PoolChange) => void
  /** Called when a device hangs in a way that only a restart of the process ends. */
  onHung: (device: string) => void
}

/**
 * `started`: a device has claimed the job. `state`: its state changed otherwise. `queue`: positions, or the reasons why jobs wait,
 * may have changed.
 */
export type PoolChange = { kind: 'progress' | 'started' | 'state'; jobId: string } | { kind: 'queue' }
