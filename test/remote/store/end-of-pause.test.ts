/** The gateway's pause of a store that lost a result: how long it lasts, and that it ends. */
import { expect, onTestFinished, test } from 'vitest'
import { ObjectStore } from '../../../src/remote/store/object-store.ts'
import type { Clock } from '../../../src/system/ports.ts'
import { systemClock } from '../../../src/system/system-ports.ts'
import { FakeS3 } from '../../fakes/s3/fake-s3.ts'
import { MemoryJobStore } from '../../helpers/memory-job-store.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { startMachine } from '../../helpers/remote/remote-pair.ts'
import { startServingGateway } from '../../helpers/remote/serving-gateway.ts'
import { pictureOf, simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const pauseMs = 300_000

/** The gateway's clock, whose time can be moved on at once. */
function movableClock(): Clock & { move(ms: number): void } {
  let movedMs = 0
  return {
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs() + movedMs,
    after: systemClock.after.bind(systemClock),
    move(ms) {
      movedMs += ms
    },
  }
}

test('a gateway that lost a result uses the store again after five minutes, and not sooner', async () => {
  const redis = await startRedis()
  const s3 = await FakeS3.start()
  const clock = movableClock()
  const store = new MemoryJobStore()
  const { pool, events, end } = startServingGateway({
    url: redis.url,
    clock,
    jobs: store,
    store: new ObjectStore(s3.address, systemClock),
  })
  const machine = startMachine({
    url: redis.url,
    store: new ObjectStore(s3.address, systemClock),
    devices: [simulatedDevice('d0', { stepMs: 1 })],
  })
  onTestFinished(async () => {
    await end()
    await machine.end()
  })
  const joined = (times: number) =>
    events.until(all => all.filter(({ kind }) => kind === 'joined').length === times)
  /** The number of objects put so far. */
  const paint = async (seed: number) => {
    pool.add(store.add(`job-${seed}`, { ...aPaintOrder(), seed }))
    await store.done.until(done => done === seed)
    const { picture } = [...store.rows.values()].at(-1) ?? {}
    expect(Buffer.compare(picture ?? new Uint8Array(), pictureOf(seed))).toBe(0)
    return s3.served.filter(line => line.startsWith('PUT')).length
  }
  /** The machine's last answer is too old then: it has joined again when it has read what the gateway says now. */
  const move = async (ms: number, times: number) => {
    clock.move(ms)
    await joined(times)
  }

  await joined(1)
  s3.losesObjects = true
  expect(await paint(1)).toBe(1)
  s3.losesObjects = false
  const { length: rejoined } = events.value.filter(({ kind }) => kind === 'joined')
  await move(pauseMs - 60_000, rejoined + 1)
  expect(await paint(2)).toBe(1)
  await move(60_000, rejoined + 2)
  expect(await paint(3)).toBe(2)
})
