/** Machines that join, second by second: the clocks are fakes ten minutes apart, and Redis is a real one. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { type MachineEvent, RemoteDevices } from '../../src/remote/gateway/remote-devices.ts'
import { Presence } from '../../src/remote/presence/presence.ts'
import {
  type GatewayRecord,
  gatewayRecord,
  type MachineRecord,
  ownProtocol,
  type Reference,
} from '../../src/remote/presence/records.ts'
import { recordKeys } from '../../src/remote/record-keys.ts'
import { en } from '../../src/words/en.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { buildTestEasel, demoModel } from '../helpers/build-test-easel.ts'
import { alikeEverywhere } from '../helpers/models/full-size.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { machineNamed } from '../helpers/remote/machine-records.ts'
import { common, exchanged, startGateway, startMachine } from '../helpers/remote/remote-pair.ts'

const apartMs = 600_000

let redis: Awaited<ReturnType<typeof openRedis>>
/** Everybody who is there. */
let ends: { clock: FakeClock; exchanged(): Promise<void> }[] = []

beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

/** A clock that nobody else goes by. */
function ownClock(): FakeClock {
  return new FakeClock(Date.UTC(2026, 0, 5, 12) + ends.length * apartMs)
}

async function second(): Promise<void> {
  for (const end of ends) {
    end.clock.advance(1000)
    await end.exchanged()
  }
}

/** The gateway with a pool and its models, and what it is told. */
function serve(
  pool: ConstructorParameters<typeof RemoteDevices>[0]['pool'],
  models: readonly Reference[] = [],
): MachineEvent[] {
  ends = []
  const events: MachineEvent[] = []
  const clock = ownClock()
  let devices: RemoteDevices | undefined
  const end = startGateway({ url: redis.url, clock, onMachines: found => devices?.update(found) })
  devices = new RemoteDevices({ gateway: end.gateway, pool, models, onEvent: event => events.push(event) })
  ends.push({ clock, exchanged: end.exchanged })
  onTestFinished(() => end.end())
  return events
}

/** A machine of another version: it says this of itself, and hears what gateways say. */
function otherVersion(name: string, newest: number, oldest: number): { told: string[] } {
  const clock = ownClock()
  const { redis: connection, keys, id } = common({ url: redis.url, clock })
  const told: string[] = []
  const { gateways, machines } = recordKeys('easel')
  const presence = new Presence<MachineRecord, GatewayRecord>({
    redis: connection,
    keys,
    clock,
    id,
    ownKey: machines,
    peersKey: gateways,
    schema: gatewayRecord,
    describe: heard => machineNamed(name, { heard, protocol: { newest, oldest } }).record,
    onHeartbeat: peers => {
      for (const { record } of peers) told.push(record.refused[id] ?? 'joined')
    },
    onForgotten: () => {},
    onError: error => {
      throw error
    },
  })
  presence.start()
  ends.push({ clock, exchanged: () => exchanged(connection) })
  onTestFinished(async () => {
    await presence.end()
    connection.disconnect()
  })
  return { told }
}

const noPool = { addDevice() {}, removeDevice: async () => {} }

test('a machine that joins is in the statistics after five seconds at most, whatever the clocks on the walls', async () => {
  const easel = await buildTestEasel({ config: { admins: ['web:web:ada'] } })
  onTestFinished(() => easel.dispose())
  const names = () => {
    const found = easel.easel.stats({ fromMs: 0, toMs: 1 }, easel.caller())
    return found.kind === 'stats' ? found.stats.devices?.map(({ name }) => name) : []
  }
  serve(easel.built.pool)
  await second()
  const clock = ownClock()
  const device = {
    name: 'cuda:0',
    open: () => {
      throw new Error('no job is given')
    },
  }
  const machine = startMachine({ url: redis.url, clock, devices: [device] })
  ends.push({ clock, exchanged: machine.exchanged })
  onTestFinished(() => machine.end())
  expect(names()).toEqual(['fake:0'])
  for (let i = 0; i < 5 && !names()?.includes('m1/cuda:0'); i++) await second()
  expect(names()).toEqual(['fake:0', 'm1/cuda:0'])
})

test('the gateway knows what the devices of a machine may use and compute in, and refuses what none of them can hold', async () => {
  const need = alikeEverywhere({ openingBytes: 10e9, weightBytes: 10e9, bytesPerPixel: 0 })
  const half = alikeEverywhere({ openingBytes: 5e9, weightBytes: 5e9, bytesPerPixel: 0 })
  const onCard = { ...need.onCard, float16: half.onCard.float16 }
  const model: ModelRecord = { ...demoModel, needs: [{ ...need, onCard }] }
  const easel = await buildTestEasel({
    models: [model],
    config: { redis: { url: redis.url, allowedWithoutTls: [], caFile: '', prefix: 'easel', weight: 1 } },
    parts: { devices: [] },
  })
  onTestFinished(() => easel.dispose())
  serve(easel.built.pool)
  await second()
  const join = async (name: string, precision: 'float32' | 'float16') => {
    const open = () => {
      throw new Error('no job is given')
    }
    const lent = { name: 'cuda:0', memoryBytes: 6e9, precision, open }
    const clock = ownClock()
    const machine = startMachine({ url: redis.url, clock, name, devices: [lent], models: [model] })
    ends.push({ clock, exchanged: machine.exchanged })
    onTestFinished(() => machine.end())
    const known = () => easel.built.pool.devices().some(device => device.name === `${name}/cuda:0`)
    for (let i = 0; i < 5 && !known(); i++) await second()
  }
  const ask = () => easel.easel.imagine({ prompt: 'a red circle' }, easel.caller())
  await join('m1', 'float32')
  expect(await ask()).toMatchObject({
    kind: 'refused',
    problems: [{ code: 'memory-too-small', details: { device: 'm1/cuda:0', neededBytes: 10e9 } }],
  })
  await join('m2', 'float16')
  expect(await ask()).toMatchObject({ kind: 'accepted' })
})

test('machines whose versions overlap with this one work side by side; others are refused with one sentence', async () => {
  const { newest, oldest } = ownProtocol
  const events = serve(noPool)
  const machines = {
    'too-old': otherVersion('too-old', oldest - 1, 0),
    'old-enough': otherVersion('old-enough', oldest, 0),
    newer: otherVersion('newer', newest + 1, newest),
    'too-new': otherVersion('too-new', newest + 2, newest + 1),
  }
  for (let i = 0; i < 5; i++) await second()
  const refused = (name: string): MachineEvent => ({ kind: 'refused', name, why: 'protocol' })
  expect(events).toHaveLength(4)
  expect(events).toEqual(
    expect.arrayContaining([
      refused('too-old'),
      { kind: 'joined', name: 'old-enough', devices: ['cuda:0'], missingModels: [] },
      { kind: 'joined', name: 'newer', devices: ['cuda:0'], missingModels: [] },
      refused('too-new'),
    ]),
  )
  expect(en.machines.refused('too-old', 'protocol')).toBe(
    'too-old gets no work: its version does not work with this one.',
  )
  // They know it themselves.
  expect(machines['too-old'].told.at(-1)).toBe('protocol')
  expect(machines['too-new'].told.at(-1)).toBe('protocol')
  expect(machines.newer.told.at(-1)).toBe('joined')
  expect(machines['old-enough'].told.at(-1)).toBe('joined')
})
