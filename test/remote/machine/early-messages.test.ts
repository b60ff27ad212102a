/** A gateway may open a channel before the machine knows that it is alive. */
import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { Endpoint } from '../../../src/remote/endpoint.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { announceGateway } from '../../helpers/remote/announced-gateway.ts'
import { common, exchanged, Signal, startMachine } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'

/** Resolves when BullMQ has handed the peer everything that lies in its mailbox. */
async function taken(redis: Redis, peer: string): Promise<void> {
  const lists = ['wait', 'active'].map(name => `easel:to-${peer}:${name}`)
  while ((await Promise.all(lists.map(list => redis.llen(list)))).some(length => length > 0));
}

test('its first messages wait for that, and are heard in their order', async () => {
  const redis = await startRedis()
  const clock = new FakeClock()
  const machine = startMachine({ url: redis.url, clock, devices: [simulatedDevice('d0', { stepMs: 0 })] })
  onTestFinished(() => machine.cut())
  const gateway = common({ url: redis.url, clock })
  onTestFinished(() => gateway.redis.disconnect())
  const endpoint = new Endpoint(gateway)
  endpoint.listen()
  const replies = new Signal<unknown[]>([])
  const link = endpoint.connect(machine.id, 'session', {
    onMessage: message => replies.set([...replies.value, message]),
    onLost: reason => expect.unreachable(reason),
  })
  link.send({ kind: 'open', device: 'd0' })
  await link.flushed()
  link.send({ kind: 'message', message: { kind: 'start', protocol: protocolVersion, setup: null } })
  await link.flushed()
  await taken(gateway.redis, machine.id)

  announceGateway(gateway, () => ({ channels: endpoint.progress() }))
  while (machine.status.value.kind !== 'joined') {
    clock.advance(1000)
    await exchanged(gateway.redis)
    await machine.exchanged()
  }
  const ready = { kind: 'ready', protocol: protocolVersion, device: 'simulated' }
  expect(await replies.until(all => all.length > 0)).toEqual([{ kind: 'message', message: ready }])
})
