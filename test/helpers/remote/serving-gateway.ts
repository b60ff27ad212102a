/** A gateway without devices of its own: a pool over a store in memory, and what it is told of machines. */
import { onTestFinished } from 'vitest'
import type { JobStore } from '../../../src/engine/jobs/job-store.ts'
import { Pool } from '../../../src/engine/jobs/pool.ts'
import { type MachineEvent, RemoteDevices } from '../../../src/remote/gateway/remote-devices.ts'
import type { SharedStore } from '../../../src/remote/store/stored-messages.ts'
import type { Clock } from '../../../src/system/ports.ts'
import { systemRandom } from '../../../src/system/system-ports.ts'
import { Signal, silent, startGateway } from './remote-pair.ts'

/** It is cut off when its test ends. */
export function startServingGateway({
  url,
  clock,
  jobs,
  store,
  onEvent = () => {},
}: {
  url: string
  clock: Clock
  jobs: JobStore
  /** For results. */
  store?: SharedStore
  onEvent?: (event: MachineEvent) => void
}) {
  const events = new Signal<MachineEvent[]>([])
  const pool = new Pool({
    devices: [],
    store: jobs,
    clock,
    random: systemRandom,
    log: silent,
    maxWaitMs: 0,
    onChange: () => {},
    onHung: () => {},
  })
  let devices: RemoteDevices | undefined
  const end = startGateway({
    url,
    clock,
    ...(store && { store }),
    onMachines: (found, otherKeyIds) => devices?.update(found, otherKeyIds),
  })
  devices = new RemoteDevices({
    gateway: end.gateway,
    pool,
    models: [],
    onEvent: event => {
      onEvent(event)
      events.set([...events.value, event])
    },
  })
  pool.start()
  onTestFinished(() => end.cut())
  return { ...end, pool, events }
}
