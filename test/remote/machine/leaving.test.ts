/** A machine that ends while it paints: its gateway gets the run back, and nothing holds the machine up. */
import { expect, onTestFinished, test } from 'vitest'
import type { Channel } from '../../../src/engine/host/channel-host.ts'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { FaultyProxy } from '../../helpers/remote/faulty-proxy.ts'
import { Signal, startGateway, startMachine } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

/** No run ends by itself. */
const stepMs = 600_000

/** A machine in the middle of a run, and the gateway's channel to its worker. */
async function painting(gatewayUrl: string, machineUrl: string) {
  const gateway = startGateway({ url: gatewayUrl })
  onTestFinished(() => gateway.cut())
  const hasBegun = new Signal(false)
  const device = simulatedDevice('d0', {
    stepMs: () => {
      hasBegun.set(true)
      return stepMs
    },
  })
  const machine = startMachine({ url: machineUrl, devices: [device] })
  onTestFinished(() => machine.cut())
  await gateway.machines.until(found => found.length === 1)
  const channel: Channel = gateway.gateway.open(machine.id, 'd0')
  channel.post({ kind: 'start', protocol: protocolVersion, setup: null })
  channel.post({ kind: 'run', runId: 1, order: aPaintOrder(), sources: {}, lowMemoryLevel: 0 })
  await hasBegun.until(Boolean)
  return { machine, channel }
}

test('the gateway hears at once that the machine stopped, and does not hold it against the job', async () => {
  const redis = await startRedis()
  const { machine, channel } = await painting(redis.url, redis.url)
  await machine.end()
  expect(await channel.ended).toEqual({ reason: 'machine-stopped', byOthers: false, isUnreachable: true })
})

test('it ends although Redis does not answer', async () => {
  const redis = await startRedis()
  const proxy = await FaultyProxy.to(redis.port)
  const { machine } = await painting(redis.url, proxy.url)
  proxy.partition()
  await machine.end()
})

test('whoever sends an idle machine away reads that it goes before it is gone', async () => {
  const redis = await startRedis()
  const machine = startMachine({ url: redis.url, devices: [] })
  onTestFinished(() => machine.cut())
  const gateway = startGateway({ url: redis.url, operator: { drained: ['m1'] } })
  onTestFinished(() => gateway.cut())
  const leaving = gateway.machines.until(found => found.some(({ record }) => record.draining))
  await machine.status.until(({ kind }) => kind === 'drained')
  await machine.end()
  await leaving
})

test('a machine that has left by itself has its name again when it returns, at once', async () => {
  const redis = await startRedis()
  const seen: [id: string, refused: string | undefined][] = []
  const gateway = startGateway({
    url: redis.url,
    onMachines: found => seen.push(...found.map(({ id, refused }): (typeof seen)[number] => [id, refused])),
  })
  onTestFinished(() => gateway.cut())
  const first = startMachine({ url: redis.url, devices: [] })
  onTestFinished(() => first.cut())
  await gateway.machines.until(found => found.length === 1)
  await first.status.until(({ kind }) => kind === 'joined')
  first.machine.drain()
  await first.status.until(({ kind }) => kind === 'drained')
  await first.end()
  const second = startMachine({ url: redis.url, devices: [] })
  onTestFinished(() => second.end())
  await gateway.machines.until(found => found.some(({ id }) => id === second.id))
  expect(seen.filter(([id]) => id === second.id)).toEqual([[second.id, undefined]])
})
