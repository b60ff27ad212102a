/** Results of other machines on their way through an S3-compatible store. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
import { ObjectStore } from '../../../src/remote/store/object-store.ts'
import { StoredMessages } from '../../../src/remote/store/stored-messages.ts'
import { FakeS3 } from '../../fakes/s3/fake-s3.ts'
import { MemoryJobStore } from '../../helpers/memory-job-store.ts'
import { openRedis } from '../../helpers/processes/redis-server.ts'
import { fastClock, startMachine, testKey } from '../../helpers/remote/remote-pair.ts'
import { startServingGateway } from '../../helpers/remote/serving-gateway.ts'
import { pictureOf, simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

/** Limits of ten seconds are over in two. */
const clock = fastClock(5)
const jobs = 6

let redis: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

/** A gateway and a machine with one device, over that store or without one; resolves when every job is done. */
async function paint(gatewayStore: ObjectStore | undefined, machineStore = gatewayStore): Promise<void> {
  const store = new MemoryJobStore()
  const { url } = redis
  const { pool, end } = startServingGateway({
    url,
    clock,
    jobs: store,
    ...(gatewayStore && { store: gatewayStore }),
  })
  const machine = startMachine({
    url,
    clock,
    ...(machineStore && { store: machineStore }),
    devices: [simulatedDevice('d0', { stepMs: 5 })],
  })
  onTestFinished(async () => {
    await end()
    await machine.end()
  })
  for (let i = 0; i < jobs; i++) pool.add(store.add(`job-${i}`, { ...aPaintOrder(), seed: i }))
  await store.done.until(done => done === jobs)
  for (const [index, { picture }] of [...store.rows.values()].entries()) {
    expect(Buffer.compare(picture ?? new Uint8Array(), pictureOf(index))).toBe(0)
  }
}

const puts = (s3: FakeS3) => s3.served.filter(line => line.startsWith('PUT')).length

test('pictures travel through the store, and are removed from it when they have come', async () => {
  const s3 = await FakeS3.start()
  await paint(new ObjectStore(s3.address, clock))
  expect(puts(s3)).toBe(jobs)
  await s3.emptied()
})

test('a store that loses what it takes costs one more try, and then pictures travel through Redis', async () => {
  const s3 = await FakeS3.start()
  s3.losesObjects = true
  await paint(new ObjectStore(s3.address, clock))
  expect(puts(s3)).toBe(1)
})

test('a store that takes nothing is passed by', async () => {
  const s3 = await FakeS3.start()
  await paint(
    new ObjectStore(s3.address, clock),
    new ObjectStore({ ...s3.address, secret: 'another' }, clock),
  )
  expect(puts(s3)).toBe(0)
})

test('a machine uses no store that its gateway does not use', async () => {
  const s3 = await FakeS3.start()
  await paint(undefined, new ObjectStore(s3.address, clock))
  expect(puts(s3)).toBe(0)
})

test('what is in the store is sealed: the owner reads nothing, changes nothing, and moves nothing', async () => {
  const s3 = await FakeS3.start()
  const store = new ObjectStore(s3.address, clock)
  const keys = readSealingKeys({ workerKey: testKey() })
  const ends = { store, prefix: 'easel', keys, sender: 'machine', receiver: 'gateway' }
  const [first, other] = ['one', 'two'].map(session => new StoredMessages({ ...ends, session }))
  const message = { kind: 'done', prompt: 'a secret garden' }
  await first?.put(message)
  await first?.put(message)
  expect(await first?.get(0)).toEqual(message)
  const object = s3.objects.get('easel/one/0') ?? Buffer.alloc(0)
  expect(object.includes('secret garden')).toBe(false)
  const damaged = { code: 'store', details: { problem: { what: 'damaged' } } }
  for (let at = 0; at < object.length; at += 7) {
    const flipped = Buffer.from(object)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    s3.objects.set('easel/one/0', flipped)
    await expect(first?.get(0)).rejects.toMatchObject(damaged)
  }
  s3.objects.set('easel/one/0', object.subarray(0, object.length - 1))
  await expect(first?.get(0)).rejects.toMatchObject(damaged)
  // Under another number, or in another channel.
  s3.objects.set('easel/one/1', object)
  await expect(first?.get(1)).rejects.toMatchObject(damaged)
  s3.objects.set('easel/two/0', object)
  await expect(other?.get(0)).rejects.toMatchObject(damaged)
  await expect(first?.get(9)).rejects.toMatchObject({ details: { problem: { code: 'NoSuchKey' } } })
})
