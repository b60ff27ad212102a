/**
 * Machines in processes of their own with two simulated devices each: kills and partitions at random moments lose nothing and
 * bring nothing twice, and more machines do more work in proportion. A device's pace is the painting time of its results over the
 * time in which its machine was there and jobs waited: 1 is no pause between two jobs.
 * EASEL_MACHINES_JOBS=2000 is the long form.
 */
import type { ChildProcess } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { realClock } from '../fakes/real-clock.ts'
import { MemoryJobStore } from '../helpers/memory-job-store.ts'
import { startMachineProcess } from '../helpers/processes/machine-process.ts'
import { startRedis } from '../helpers/processes/redis-server.ts'
import { type SeededRandom, seededRandom } from '../helpers/random/seeded-random.ts'
import { FaultyProxy } from '../helpers/remote/faulty-proxy.ts'
import { fastClock } from '../helpers/remote/remote-pair.ts'
import { startServingGateway } from '../helpers/remote/serving-gateway.ts'
import { pictureOf } from '../helpers/simulated-device.ts'
import { aPaintOrder } from '../helpers/work-orders.ts'

const jobs = Number(process.env.EASEL_MACHINES_JOBS ?? 24)
const isLong = jobs >= 500
/** Six seconds in the long form; a card takes about that for a picture of 1024 × 1024 px. */
const jobMs = isLong ? 6000 : 100
/** Steps of a simulated device. */
const steps = 4
const machineCount = isLong ? 4 : 2
const devicesEach = 2
/** In the short form limits of eight seconds are over in less than three: a machine that stands still for two is not given up. */
const hurry = isLong ? 1 : 3
const jobsPerMishap = isLong ? 100 : 12
/** Longer than a machine may be silent. */
const partitionMs = 12_000 / hurry

/** A machine with its way to Redis, and for how long it was there. */
class TestMachine {
  readonly name: string
  readonly #proxy: FaultyProxy
  readonly #jobMs: number
  #process: ChildProcess
  #joinedMs: number | undefined
  #livedMs = 0

  constructor(name: string, proxy: FaultyProxy, jobMs: number) {
    this.name = name
    this.#proxy = proxy
    this.#jobMs = jobMs
    this.#process = this.#start()
    onTestFinished(() => void this.#process.kill('SIGKILL'))
  }

  get isThere(): boolean {
    return this.#joinedMs !== undefined
  }

  get livedMs(): number {
    return this.#livedMs + (this.#joinedMs === undefined ? 0 : realClock.monotonicMs() - this.#joinedMs)
  }

  joined(): void {
    this.#joinedMs ??= realClock.monotonicMs()
  }

  /** For good. */
  end(): void {
    this.#gone()
    this.#process.kill('SIGKILL')
  }

  kill(): void {
    this.#gone()
    this.#process.kill('SIGKILL')
    this.#process = this.#start()
  }

  partition(): void {
    this.#gone()
    this.#proxy.partition()
    realClock.after(partitionMs, () => this.#proxy.heal())
  }

  #gone(): void {
    this.#livedMs = this.livedMs
    this.#joinedMs = undefined
  }

  #start(): ChildProcess {
    const { url } = this.#proxy
    const stepMs = this.#jobMs / steps
    return startMachineProcess({ url, name: this.name, devices: devicesEach, stepMs, hurry })
  }
}

/** A gateway without devices of its own, and so many machines that have joined. */
async function scene(count: number, jobMs: number) {
  const redis = await startRedis()
  const store = new MemoryJobStore()
  const machines = new Map<string, TestMachine>()
  const { pool, events, cut } = startServingGateway({
    url: redis.url,
    clock: fastClock(hurry),
    jobs: store.inProcess(),
    onEvent: event => {
      if (event.kind === 'joined') machines.get(event.name)?.joined()
    },
  })
  for (let i = 1; i <= count; i++)
    machines.set(`m${i}`, new TestMachine(`m${i}`, await FaultyProxy.to(redis.port), jobMs))
  await events.until(() => [...machines.values()].every(({ isThere }) => isThere))
  const end = () => {
    for (const machine of machines.values()) machine.end()
    cut()
  }
  return { store, pool, jobMs, machines: [...machines.values()], end }
}

/** Asks for so many jobs; resolves with the pace of all devices while jobs waited, when all are done. */
async function paint(
  { store, pool, jobMs, machines }: Awaited<ReturnType<typeof scene>>,
  count: number,
  onDone: (done: number) => void = () => {},
): Promise<number> {
  const lived = () => machines.reduce((sum, { livedMs }) => sum + livedMs, 0)
  const beforeMs = lived()
  for (let i = 0; i < count; i++) pool.add(store.add(`job-${i}`, { ...aPaintOrder(), seed: i }))
  let pace = 0
  for (let done = 0; done < count; ) {
    const before = done
    done = await store.done.until(now => now > before)
    if (pool.waiting > 0) pace = (done * jobMs) / (devicesEach * (lived() - beforeMs))
    onDone(done)
  }
  return pace
}

function mishap(machines: readonly TestMachine[], random: SeededRandom): 'kill' | 'partition' | undefined {
  const there = machines.filter(({ isThere }) => isThere)
  if (there.length < 2) return undefined
  const kind = random.pick(['kill', 'partition'] as const)
  random.pick(there)[kind]()
  return kind
}

test('machines under kills and partitions lose no job and bring none twice', {
  timeout: 600_000,
}, async () => {
  const random = seededRandom('many machines')
  const all = await scene(machineCount, jobMs)
  const mishaps = { kill: 0, partition: 0 }
  let nextAt = 1 + random.below(jobsPerMishap)
  const pace = await paint(all, jobs, done => {
    if (done < nextAt) return
    nextAt = done + 1 + random.below(2 * jobsPerMishap)
    const kind = mishap(all.machines, random)
    if (kind) mishaps[kind] += 1
  })
  const { store } = all
  const rows = [...store.rows.values()]
  const figures = JSON.stringify({
    jobs,
    ...mishaps,
    refused: store.refused,
    pace: Math.round(pace * 1000) / 1000,
  })
  console.log(`many machines: ${figures}`)
  expect(mishaps.kill + mishaps.partition, figures).toBeGreaterThan(0)
  expect(store.done.value, figures).toBe(jobs)
  for (const [index, { state, picture }] of rows.entries()) {
    expect(state).toBe('done')
    expect(Buffer.compare(picture ?? new Uint8Array(), pictureOf(index))).toBe(0)
  }
  // Runs that a mishap cut short count against it. The short form is over too soon for a figure.
  if (isLong) expect(pace, figures).toBeGreaterThanOrEqual(0.95)
})

/** From the first job asked for to the last one done, with so many short ones for each device. */
const jobsEach = 16
const shortJobMs = 1500

test.runIf(isLong)('more machines paint more in proportion', { timeout: 600_000 }, async () => {
  const tookMs = new Map<number, number>()
  for (const count of [1, 2, 4]) {
    const all = await scene(count, shortJobMs)
    const fromMs = realClock.monotonicMs()
    await paint(all, count * devicesEach * jobsEach)
    tookMs.set(count, Math.round(realClock.monotonicMs() - fromMs))
    all.end()
  }
  const times = Object.fromEntries(tookMs)
  const figures = JSON.stringify({ idealMs: jobsEach * shortJobMs, tookMs: times })
  console.log(`more machines: ${figures}`)
  for (const count of [2, 4])
    expect((times[1] ?? 0) / (times[count] ?? 0), figures).toBeGreaterThanOrEqual(0.97)
})
