/** Devices whose machines do not have every model. */
import { expect, onTestFinished, test } from 'vitest'
import { Pool } from '../../../src/engine/jobs/pool.ts'
import { RemoteHost } from '../../../src/remote/gateway/remote-host.ts'
import { systemClock, systemRandom } from '../../../src/system/system-ports.ts'
import { MemoryJobStore } from '../../helpers/memory-job-store.ts'
import { silent } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

function device(name: string, holdings: readonly string[]) {
  const lent = simulatedDevice(name, { stepMs: 0 })
  const open = () => lent.open(null).channel
  return {
    name,
    holdings: new Set(holdings),
    openHost: () => new RemoteHost({ device: name, setup: null, open }),
  }
}

test('a job whose model no device has waits, others pass it, and it is painted once a device has the model', async () => {
  const store = new MemoryJobStore()
  const parts = { store, clock: systemClock, random: systemRandom, log: silent, maxWaitMs: 0 }
  const pool = new Pool({ ...parts, devices: [], onChange: () => {}, onHung: () => {} })
  onTestFinished(() => void pool.stop(0))
  pool.start()
  const orderOf = (hash: string) => aPaintOrder({ model: { name: hash, hash } })
  pool.add(store.add('rare', orderOf('rare')))
  pool.addDevice(device('d0', ['common']))
  pool.add(store.add('common', orderOf('common')))
  await store.done.until(done => done === 1)
  expect(store.rows.get('common')?.state).toBe('done')
  expect(store.rows.get('rare')?.state).toBe('queued')
  pool.addDevice(device('d1', ['rare']))
  await store.done.until(done => done === 2)
  expect(store.rows.get('rare')?.state).toBe('done')
})
