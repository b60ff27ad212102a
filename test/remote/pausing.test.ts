/** Pauses of devices that other machines lend: a real machine over a real Redis, and a real database of the gateway. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { changeDevice } from '../../src/cli/devices/device-pauses.ts'
import type { CommandSession } from '../../src/cli/session.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type MachineEvent, RemoteDevices } from '../../src/remote/gateway/remote-devices.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en } from '../../src/words/en.ts'
import { buildTestEasel, demoModel, type TestEasel } from '../helpers/build-test-easel.ts'
import { keptSurroundings } from '../helpers/cli/surroundings.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { silent, startGateway, startMachine, testKey } from '../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../helpers/simulated-device.ts'

/** Within this time the pool has read the pauses. */
const readMs = 2000

let redis: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

/** A gateway without devices of its own, and machines named m1 with two devices that join it. */
async function scene(stepMs = 1) {
  const t = await buildTestEasel({ devices: [] })
  const events: MachineEvent[] = []
  let devices: RemoteDevices | undefined
  const gateway = startGateway({ url: redis.url, onMachines: found => devices?.update(found) })
  const onEvent = (event: MachineEvent) => void events.push(event)
  devices = new RemoteDevices({ gateway: gateway.gateway, pool: t.built.pool, models: [], onEvent })
  const painted: string[] = []
  const join = async () => {
    const machine = startMachine({
      url: redis.url,
      models: [demoModel],
      devices: ['d0', 'd1'].map(name =>
        simulatedDevice(name, { stepMs, onPaint: () => void painted.push(name) }),
      ),
    })
    onTestFinished(() => machine.end())
    await t.until(() => names(t).length === 2)
    return machine
  }
  onTestFinished(async () => {
    await gateway.end()
    await t.dispose()
  })
  const paint = async (jobs: number) => {
    painted.length = 0
    for (let i = 0; i < jobs; i++) await t.ask(`picture ${i}`)
    await t.settled()
    return [...painted]
  }
  return { t, events, join, paint }
}

const names = (t: TestEasel) => t.built.pool.devices().map(({ name }) => name)
const paused = (t: TestEasel) => t.built.pool.devices().map(({ name, isPaused }) => [name, isPaused])

function commandOf(t: TestEasel, said: string[]): CommandSession {
  const defaults = loadConfig(packageRoot, packageRoot)
  const say = (line: string) => void said.push(line)
  return {
    surroundings: keptSurroundings().surroundings,
    config: {
      ...defaults,
      dataDir: t.dataDir,
      devices: [{ name: 'cpu', threads: 0, precision: 'auto' }],
      redis: { ...defaults.redis, url: redis.url },
    },
    secrets: { workerKey: testKey() },
    words: en,
    log: silent,
    out: say,
    err: say,
  }
}

test('a paused device of another machine gets no job, also after the machine has left and joined again, until it is resumed', async () => {
  const { t, events, join, paint } = await scene()
  const first = await join()
  const said: string[] = []
  const command = commandOf(t, said)
  expect(await changeDevice(command, 'pause', 'm1/d0')).toBe(0)
  t.clock.advance(readMs)
  expect(await paint(4)).toEqual(['d1', 'd1', 'd1', 'd1'])

  await first.end()
  await t.until(() => names(t).length === 0)
  await join()
  expect(paused(t)).toEqual([
    ['m1/d0', true],
    ['m1/d1', false],
  ])
  expect(await paint(4)).toEqual(['d1', 'd1', 'd1', 'd1'])

  await t.built.db.write(() => t.built.db.paused.add('m1/d1', t.clock.now()))
  expect(await changeDevice(command, 'resume', 'm1/d0')).toBe(0)
  t.clock.advance(readMs)
  expect(await paint(4)).toEqual(['d0', 'd0', 'd0', 'd0'])
  expect(events.map(({ kind }) => kind)).toEqual(['joined', 'left', 'joined'])
  expect(said).toEqual([
    'm1/d0 is paused: it gets no more jobs, and finishes the one that it paints.',
    'm1/d0 gets jobs again.',
  ])
})

test('a device of another machine that is paused while it paints finishes its job, and the next one waits', async () => {
  const { t, join } = await scene(100)
  await join()
  await t.built.db.write(() => t.built.db.paused.add('m1/d1', t.clock.now()))
  t.clock.advance(readMs)
  const first = await t.ask('first')
  await t.until(() => t.built.db.jobs.get(first.id)?.attempt === 1)
  await t.built.db.write(() => t.built.db.paused.add('m1/d0', t.clock.now()))
  const second = await t.ask('second')
  t.clock.advance(readMs)
  await t.until(() => t.job(first.id).state === 'done')
  expect(t.job(first.id)).toMatchObject({ state: 'done', device: 'm1/d0' })
  expect(t.built.db.jobs.get(first.id)?.attempt).toBe(1)
  expect(t.job(second.id)).toMatchObject({ state: 'queued', heldUp: 'paused' })
  await t.built.db.write(() => t.built.db.paused.remove('m1/d0'))
  t.clock.advance(readMs)
  await t.settled()
  expect(t.job(second.id)).toMatchObject({ state: 'done', device: 'm1/d0' })
})
