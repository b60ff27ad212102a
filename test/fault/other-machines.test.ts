/** Faults between machines: whatever happens on the way, no job is lost and none is shown twice. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Pool } from '../../src/engine/jobs/pool.ts'
import { MailboxSender } from '../../src/remote/messages/mailbox.ts'
import { recordKeys } from '../../src/remote/record-keys.ts'
import type { Clock } from '../../src/system/ports.ts'
import { systemClock } from '../../src/system/system-ports.ts'
import { MemoryJobStore } from '../helpers/memory-job-store.ts'
import { type RedisServer, startRedis } from '../helpers/processes/redis-server.ts'
import { FaultyProxy } from '../helpers/remote/faulty-proxy.ts'
import { fastClock, Signal, startMachine, testKey } from '../helpers/remote/remote-pair.ts'
import { startServingGateway } from '../helpers/remote/serving-gateway.ts'
import { pictureOf, simulatedDevice } from '../helpers/simulated-device.ts'
import { aPaintOrder } from '../helpers/work-orders.ts'

/** Where a limit must end: those of ten seconds are over in two. */
const hurried = fastClock(5)
const stepMs = 20
/** Each way: the machine answers within three such ways, which are over a second. */
const slowMs = 400

function order(index: number) {
  return { ...aPaintOrder(), seed: index }
}

function serve(url: string, store: MemoryJobStore, clock: Clock = hurried) {
  return startServingGateway({ url, clock, jobs: store.inProcess() })
}

function lend(url: string, name: string, clock: Clock = hurried, onPaint: () => void = () => {}) {
  const devices = ['d0', 'd1'].map(device => simulatedDevice(device, { stepMs, onPaint }))
  const machine = startMachine({ url, clock, name, devices })
  onTestFinished(() => machine.cut())
  return machine
}

/** Every job is done, once, with its own picture. */
function expectAllOnce(store: MemoryJobStore, jobs: number): void {
  expect(store.done.value).toBe(jobs)
  for (const [index, { state, order: done, picture }] of [...store.rows.values()].entries()) {
    expect(state).toBe('done')
    const seed = done.kind === 'upscale' ? -1 : done.seed
    expect(seed).toBe(index)
    expect(Buffer.compare(picture ?? new Uint8Array(), pictureOf(index))).toBe(0)
  }
}

function addJobs(store: MemoryJobStore, pool: Pool, count: number): void {
  for (let i = 0; i < count; i++) pool.add(store.add(`job-${i}`, order(i)))
}

/** Every command that Redis gets from now on, as text. */
async function watchCommands(port: number): Promise<Signal<string>> {
  const child = spawn('redis-cli', ['-p', String(port), 'monitor'], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const seen = new Signal('')
  child.stdout.on('data', bytes => seen.set(seen.value + String(bytes)))
  await once(child.stdout, 'data')
  return seen
}

/** The bytes of a command's argument, as Redis shows it to whoever watches. */
function argumentBytes(text: string): Buffer {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }
  const plain = text.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex?: string, one = '') =>
    hex === undefined ? (named[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1')
}

const aLot = 40

async function scene(
  settings: readonly string[] = [],
): Promise<{ redis: RedisServer; store: MemoryJobStore }> {
  return { redis: await startRedis(settings), store: new MemoryJobStore() }
}

describe('nothing is lost and nothing comes twice', () => {
  test('when a machine vanishes in the middle of its jobs', async () => {
    const { redis, store } = await scene()
    const { pool, events } = serve(redis.url, store)
    lend(redis.url, 'm1')
    const doomed = lend(redis.url, 'm2')
    await events.until(all => all.length >= 2)
    addJobs(store, pool, aLot)
    await store.done.until(done => done >= 10)
    doomed.cut()
    await store.done.until(done => done === aLot)
    expectAllOnce(store, aLot)
    await events.until(all => all.some(event => event.kind === 'left' && event.name === 'm2'))
  })

  test('when the way to a machine is cut, and its late results arrive after it heals', async () => {
    const { redis, store } = await scene()
    const proxy = await FaultyProxy.to(redis.port)
    const { pool, events } = serve(redis.url, store)
    lend(redis.url, 'm1')
    lend(proxy.url, 'm2')
    await events.until(all => all.length >= 2)
    addJobs(store, pool, aLot)
    await store.done.until(done => done >= 10)
    proxy.partition()
    await events.until(all => all.some(({ kind }) => kind === 'left'))
    proxy.heal()
    await store.done.until(done => done === aLot)
    await events.until(all => all.filter(({ kind }) => kind === 'joined').length >= 3)
    expectAllOnce(store, aLot)
  })

  test('when the way to a machine is slow: it is not given up', async () => {
    const { redis, store } = await scene()
    const proxy = await FaultyProxy.to(redis.port)
    proxy.delayMs = slowMs
    const { pool, events } = serve(redis.url, store, systemClock)
    lend(proxy.url, 'm1', systemClock)
    await events.until(all => all.length >= 1)
    addJobs(store, pool, 2)
    await store.done.until(done => done === 2)
    expectAllOnce(store, 2)
    expect(events.value.map(({ kind }) => kind)).toEqual(['joined'])
  })

  test.each([
    ['with its append-only file', ['--appendonly', 'yes', '--appendfsync', 'always']],
    ['without one', []],
  ])('when Redis is killed and starts again %s', async (_, settings) => {
    const { redis, store } = await scene(settings)
    const { pool, events } = serve(redis.url, store)
    lend(redis.url, 'm1')
    lend(redis.url, 'm2')
    await events.until(all => all.length >= 2)
    addJobs(store, pool, aLot)
    await store.done.until(done => done >= 10)
    await redis.kill()
    await redis.start()
    await store.done.until(done => done === aLot)
    expectAllOnce(store, aLot)
  })

  test('when Redis is full for a while', async () => {
    const { redis, store } = await scene()
    const { pool, events } = serve(redis.url, store)
    lend(redis.url, 'm1')
    await events.until(all => all.length >= 1)
    addJobs(store, pool, 12)
    await store.done.until(done => done >= 3)
    const admin = new Redis(redis.url)
    onTestFinished(() => admin.disconnect())
    await admin.config('SET', 'maxmemory', '1')
    await events.until(all => all.some(({ kind }) => kind === 'left'))
    await admin.config('SET', 'maxmemory', '0')
    await store.done.until(done => done === 12)
    expectAllOnce(store, 12)
  })

  test('when the gateway is killed while results arrive: the next one has the machine again', async () => {
    const { redis, store } = await scene()
    const first = serve(redis.url, store)
    lend(redis.url, 'm1')
    await first.events.until(all => all.length >= 1)
    addJobs(store, first.pool, 20)
    await store.done.until(done => done >= 5)
    first.cut()
    store.recover()
    const second = serve(redis.url, store)
    await second.events.until(all => all.length >= 1)
    await store.done.until(done => done === 20)
    expectAllOnce(store, 20)
  })
})

describe('a stranger on the same Redis', () => {
  test('reads no prompt, puts in no job, and replays no result', async () => {
    const { redis, store } = await scene()
    let painted = 0
    const { pool, events, id } = serve(redis.url, store, systemClock)
    const machine = lend(redis.url, 'm1', systemClock, () => {
      painted += 1
    })
    const stranger = new Redis(redis.url, { maxRetriesPerRequest: null })
    onTestFinished(() => stranger.disconnect())
    const seen = await watchCommands(redis.port)
    await events.until(all => all.length >= 1)
    const secret = { ...order(0), prompt: { positive: 'a very private fox', negative: null, clipSkip: 0 } }
    pool.add(store.add('job-0', secret))
    await store.done.until(done => done === 1)
    const text = await seen.until(now => now.includes('"del" "easel:large:'))
    const small = [...text.matchAll(/\\"([A-Za-z0-9+/=]{80,})\\"/g)].map(([, found = '']) =>
      Buffer.from(found, 'base64'),
    )
    const large = [...text.matchAll(/"set" "easel:large:[^"]*" "(.*)" "PX"/g)].map(([, found = '']) =>
      argumentBytes(found),
    )
    expect(small.length).toBeGreaterThan(2)
    expect(large.map(({ length }) => length > pictureOf(0).length)).toEqual([true])
    for (const read of [text, ...[...small, ...large].map(one => one.toString('latin1'))])
      expect(read).not.toContain('private fox')

    // Everything once more, to both, and nonsense besides.
    const options = { redis: stranger, prefix: 'easel' }
    for (const peer of [id, machine.id]) {
      const sender = new MailboxSender(options, peer, 'stranger', () => {})
      await sender.post([...small, ...large, Buffer.from('nonsense')])
      await sender.close()
    }
    // A job of our own comes after them, and is done: they were read, and nothing came of them.
    pool.add(store.add('job-1', order(1)))
    await store.done.until(done => done === 2)
    expect(painted).toBe(2)
    expect(store.refused).toBe(0)
  })

  test('cannot pass for a machine that is gone by its old record', async () => {
    const { redis, store } = await scene()
    const { machines, events } = serve(redis.url, store)
    const machine = lend(redis.url, 'm1')
    await events.until(all => all.length >= 1)
    const stranger = new Redis(redis.url)
    onTestFinished(() => stranger.disconnect())
    const key = recordKeys('easel').machines
    const old = await stranger.hgetBuffer(key, machine.id)
    await machine.end()
    await machines.until(found => found.length === 0)
    await stranger.hset(key, machine.id, old ?? '')
    // Longer than any answer counts: it comes to nothing, however often it is read.
    let beatsWithout = 0
    await machines.until(found => {
      beatsWithout = found.length === 0 ? beatsWithout + 1 : 0
      return beatsWithout > 10
    })
  })
})

describe('joining', () => {
  test('of two machines with one name the first one works, and the second when the first has left', async () => {
    const { redis, store } = await scene()
    const { events } = serve(redis.url, store)
    const first = lend(redis.url, 'twin')
    await events.until(all => all.length >= 1)
    const second = lend(redis.url, 'twin')
    await second.status.until(status => status.kind === 'refused' && status.why === 'name-taken')
    await first.end()
    await second.status.until(({ kind }) => kind === 'joined')
    expect(events.value.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['joined', 'refused', 'left']),
    )
  })

  test('a machine with another key is told so, as is the gateway, and gets no work', async () => {
    const { redis, store } = await scene()
    const { machines, events } = serve(redis.url, store)
    const machine = startMachine({ url: redis.url, clock: hurried, key: testKey(7), devices: [] })
    onTestFinished(() => machine.cut())
    await machine.status.until(({ kind }) => kind === 'other-key')
    expect(machines.value).toEqual([])
    await events.until(all => all.some(({ kind }) => kind === 'other-key'))
    expect(events.value).toEqual([{ kind: 'other-key' }])
  })
})
