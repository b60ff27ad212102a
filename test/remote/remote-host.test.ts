import { afterAll, beforeAll } from 'vitest'
import { openWorkerProcess } from '../../src/engine/host/process-host.ts'
import type { WorkerOptions } from '../../src/engine/host/worker-options.ts'
import { RemoteHost } from '../../src/remote/gateway/remote-host.ts'
import { describeWorkerHost } from '../conformance/worker-host.suite.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { startGateway, startMachine } from '../helpers/remote/remote-pair.ts'

let redis: Awaited<ReturnType<typeof openRedis>>
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
  gateway = startGateway({ url: redis.url })
  machine = startMachine({ url: redis.url, devices })
  await machine.status.until(({ kind }) => kind === 'joined')
  await gateway.machines.until(found => found.length === 1)
})

afterAll(async () => {
  await machine.end()
  await gateway.end()
  await redis.end()
})

describeWorkerHost({ name: 'remote machine', create, killable: true })
