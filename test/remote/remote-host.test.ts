/** The worker hosts' conformance suite over a gateway and a machine: results through Redis, and through a store. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { openWorkerProcess } from '../../src/engine/host/process-host.ts'
import type { WorkerOptions } from '../../src/engine/host/worker-options.ts'
import { RemoteHost } from '../../src/remote/gateway/remote-host.ts'
import { ObjectStore } from '../../src/remote/store/object-store.ts'
import { systemClock } from '../../src/system/system-ports.ts'
import { describeWorkerHost } from '../conformance/worker-host.suite.ts'
import { FakeS3 } from '../fakes/s3/fake-s3.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { startGateway, startMachine } from '../helpers/remote/remote-pair.ts'

describe.each([
  // Each life is a process of its own, whose 40 lives test/engine/host has; here channels are opened and closed.
  { way: 'Redis alone', hasStore: false, lives: 10 },
  { way: 'a store', hasStore: true, lives: 4 },
])('over $way', ({ way, hasStore, lives }) => {
  let redis: Awaited<ReturnType<typeof openRedis>>
  let s3: Awaited<ReturnType<typeof FakeS3.open>>
  let gateway: ReturnType<typeof startGateway>
  let machine: ReturnType<typeof startMachine>

  /** Each host of the suite has a device of its own on the machine, which opens what the suite asks for. */
  const devices: {
    name: string
    open(setup: unknown): { channel: ReturnType<typeof openWorkerProcess>; setup: unknown }
  }[] = []

  function create(options: WorkerOptions) {
    const name = `device-${devices.length}`
    devices.push({ name, open: setup => ({ channel: openWorkerProcess(options), setup }) })
    return new RemoteHost({
      device: options.device,
      setup: options.setup,
      open: () => gateway.gateway.open(machine.id, name),
    })
  }

  beforeAll(async () => {
    redis = await openRedis()
    s3 = await FakeS3.open()
    const end = { url: redis.url, ...(hasStore && { store: new ObjectStore(s3.fake.address, systemClock) }) }
    gateway = startGateway(end)
    machine = startMachine({ ...end, devices })
    await machine.status.until(({ kind }) => kind === 'joined')
    await gateway.machines.until(found => found.length === 1)
  })

  afterAll(async () => {
    await machine.end()
    await gateway.end()
    await redis.end()
    s3.end()
    // The suite says something of the store only if its results went there.
    expect(s3.fake.served.length > 0).toBe(hasStore)
  })

  describeWorkerHost({ name: `remote machine over ${way}`, create, killable: true, lives })
})
