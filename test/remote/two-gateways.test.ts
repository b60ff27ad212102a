/** Two Easels over one machine: shares by weight, each result to the one that asked for it, and no device kept by one that is gone. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { WorkOrder } from '../../src/engine/work-order.ts'
import { RemoteDevices } from '../../src/remote/gateway/remote-devices.ts'
import { modelReferences } from '../../src/startup/other-machines.ts'
import type { Clock } from '../../src/system/ports.ts'
import { systemClock } from '../../src/system/system-ports.ts'
import { contentOf } from '../../tools/simulate/gateway/simulated-picture.ts'
import { realClock } from '../fakes/real-clock.ts'
import { buildTestEasel, demoModel, type TestEasel } from '../helpers/build-test-easel.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { fastClock, Signal, startGateway, startMachine } from '../helpers/remote/remote-pair.ts'
import { type SimulatedDevice, simulatedDevice } from '../helpers/simulated-device.ts'

let redis: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

interface Served extends TestEasel {
  cut(): void
}

/** An Easel without devices of its own. */
async function serve(weight: number, clock: Clock): Promise<Served> {
  const easel = await buildTestEasel({
    devices: [],
    config: { limits: { maxQueuedPerPerson: 100, quotaPictures: 0 } },
    parts: { clock: realClock },
  })
  let devices: RemoteDevices | undefined
  const end = startGateway({ url: redis.url, clock, weight, onMachines: found => devices?.update(found) })
  devices = new RemoteDevices({
    gateway: end.gateway,
    pool: easel.built.pool,
    models: [],
    onEvent: () => {},
  })
  onTestFinished(async () => {
    if (easel.built.db.client.sqlite.open) await easel.built.stop(0)
    end.cut()
    await easel.dispose()
  })
  return Object.assign(easel, { cut: () => end.cut() })
}

const promptOf = (order: WorkOrder) => (order.kind === 'upscale' ? '' : order.prompt.positive)
const promptBytes = (order: WorkOrder) => Buffer.from(promptOf(order))

function lend(clock: Clock, device: SimulatedDevice): void {
  const devices = [simulatedDevice('d0', device)]
  // A turn is kept until the next run is there, however busy this machine is.
  const reservationMs = 1e9
  const machine = startMachine({
    url: redis.url,
    clock,
    devices,
    models: modelReferences([demoModel]),
    reservationMs,
  })
  onTestFinished(() => machine.end())
}

async function ask(easel: TestEasel, prompts: readonly string[]): Promise<Map<string, string>> {
  const asked = new Map<string, string>()
  for (const prompt of prompts) asked.set((await easel.ask(prompt)).id, prompt)
  return asked
}

/** Looks now and then, so that the loop is free for the work. */
async function idle(easel: TestEasel): Promise<void> {
  while (!easel.isIdle) await new Promise<void>(resolve => realClock.after(20, resolve))
}

async function expectOwnPictures(easel: TestEasel, asked: ReadonlyMap<string, string>): Promise<void> {
  for (const [id, prompt] of asked) {
    const { state, pictures } = easel.job(id)
    expect(state).toBe('done')
    expect(pictures).toHaveLength(1)
    const bytes = await easel.bytesOf(pictures[0]?.id ?? '')
    expect(Buffer.from(contentOf(bytes)).toString()).toBe(prompt)
  }
}

test('two gateways share a device by their weights; nothing is lost or done twice, and each gets its own pictures', async () => {
  // Limits at their full length: a heartbeat may be late on a busy machine, and a lost one would end a run.
  const clock = systemClock
  const [heavy, light] = await Promise.all([serve(3, clock), serve(1, clock)])
  const prompts = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i}`)
  const [ofHeavy, ofLight] = [await ask(heavy, prompts('heavy', 18)), await ask(light, prompts('light', 10))]
  const painted: { prompt: string; usedMs: number }[] = []
  let begunMs: number | undefined
  lend(clock, {
    stepMs: () => {
      begunMs ??= realClock.monotonicMs()
      // A run takes longer than the way to its gateway and back, so that the other one's next run waits at its end.
      return 50
    },
    contentOf: promptBytes,
    onPaint: order => {
      painted.push({ prompt: promptOf(order), usedMs: realClock.monotonicMs() - (begunMs ?? 0) })
      begunMs = undefined
    },
  })
  await idle(heavy)
  await expectOwnPictures(heavy, ofHeavy)
  // It leaves, and no turn is kept for it any more.
  await heavy.built.stop(0)
  await idle(light)

  expect(painted.map(({ prompt }) => prompt).sort()).toEqual(
    [...ofHeavy.values(), ...ofLight.values()].sort(),
  )
  await expectOwnPictures(light, ofLight)
  // As long as both have work, the heavier one has used three times the time of the other, up to two runs of each.
  const lastOfHeavy = painted.findLastIndex(({ prompt }) => prompt.startsWith('heavy'))
  for (let i = 0; i < lastOfHeavy; i++) {
    const sumOf = (name: string) =>
      painted.slice(0, i).reduce((sum, { prompt, usedMs }) => sum + (prompt.startsWith(name) ? usedMs : 0), 0)
    const maxMs = Math.max(...painted.map(({ usedMs }) => usedMs))
    const apartMs = Math.abs(sumOf('heavy') / 3 - sumOf('light'))
    expect(apartMs, JSON.stringify(painted)).toBeLessThanOrEqual(2 * (maxMs / 3 + maxMs))
  }
})

test('a gateway that is gone does not keep the device', async () => {
  const clock = fastClock(5)
  const [gone, staying] = await Promise.all([serve(1, clock), serve(1, clock)])
  const begun = new Signal('')
  lend(clock, {
    stepMs: order => {
      begun.set(promptOf(order))
      return promptOf(order) === 'never ends' ? 1e9 : 10
    },
    contentOf: promptBytes,
  })
  await ask(gone, ['never ends'])
  await begun.until(prompt => prompt === 'never ends')
  const asked = await ask(staying, ['a circle'])
  gone.cut()
  await idle(staying)
  await expectOwnPictures(staying, asked)
})
