/** What a machine says of itself: it has joined when a gateway took it, and not before. */
import { expect, onTestFinished, test } from 'vitest'
import type { MachineStatus } from '../../../src/remote/machine/machine.ts'
import { type GatewayRecord, ownProtocol } from '../../../src/remote/presence/records.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { announceGateway } from '../../helpers/remote/announced-gateway.ts'
import { common, exchanged, startMachine } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'

/** What it says in ten seconds beside a gateway with such a record. */
async function saidBeside(changes: Partial<GatewayRecord>): Promise<MachineStatus[]> {
  const { url } = await startRedis()
  const clock = new FakeClock()
  const machine = startMachine({ url, clock, devices: [simulatedDevice('d0', { stepMs: 0 })] })
  onTestFinished(() => machine.cut())
  const said: MachineStatus[] = []
  const gateway = common({ url, clock })
  onTestFinished(() => gateway.redis.disconnect())
  announceGateway(gateway, () => changes)
  for (let second = 0; second < 10; second++) {
    clock.advance(1000)
    await exchanged(gateway.redis)
    await machine.exchanged()
    const { value } = machine.status
    if (said.at(-1) !== value) said.push(value)
  }
  return said.filter(({ kind }) => kind !== 'alone')
}

test('it has joined when the gateway has read its record', async () => {
  expect(await saidBeside({})).toEqual([{ kind: 'joined', gateways: 1 }])
})

test('beside a gateway that has not read its record it has not joined', async () => {
  expect(await saidBeside({ heard: {} })).toEqual([])
})

test('beside a gateway of another protocol it is refused, and never said to have joined', async () => {
  const later = ownProtocol.newest + 1
  expect(await saidBeside({ protocol: { newest: later, oldest: later } })).toEqual([
    { kind: 'refused', why: 'protocol' },
  ])
})
