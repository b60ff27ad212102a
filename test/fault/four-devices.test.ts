/**
 * Four devices with workers in processes of their own: every twentieth job is killed with its worker, and one device hangs at
 * whatever it is given. Nothing is lost, the living devices share the work with hardly a pause, and the hung one
 * gets hardly any jobs.
 * EASEL_FOUR_DEVICES_JOBS=1000 is the long form.
 */
import { existsSync } from 'node:fs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { createProcessHost } from '../../src/engine/host/process-host.ts'
import type { RunEvents, WorkerHost } from '../../src/engine/host/worker-host.ts'
import type { Clock } from '../../src/system/ports.ts'
import { realClock } from '../fakes/real-clock.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

const entry = new URL('../fixtures/workers/worker.mjs', import.meta.url)
const jobs = Number(process.env.EASEL_FOUR_DEVICES_JOBS ?? 100)
const killedEvery = 20
const isLong = jobs >= 1000
const stepMs = isLong ? 100 : 25
const living = ['fake:0', 'fake:1', 'fake:2']
const hanging = 'fake:3'

/** So that a stall, thirty seconds without a step, is one second of the test. */
const hurry = 30
const hastyClock: Clock = {
  ...realClock,
  after: (delayMs, fire) => realClock.after(delayMs / hurry, fire),
  monotonicMs: () => realClock.monotonicMs() * hurry,
}

beforeAll(() => {
  const built = new URL('../../dist/src/engine/host/serve-worker.js', import.meta.url)
  if (!existsSync(built)) throw new Error('workers run from dist/: build first (npm run build)')
})
let t: TestEasel
afterEach(async () => {
  await t.built.stop(0)
  await t.dispose()
})

test('many jobs on four devices, with deaths and a hang', { timeout: 600_000 }, async () => {
  const runsOn = new Map<string, number>(living.map(name => [name, 0]))
  let runs = 0
  let kills = 0
  let given = 0
  /** Of each living device: time in runs that were done, and in runs and starts that a death cost. */
  const spentMs = new Map(living.map(name => [name, { done: 0, lost: 0 }]))
  const timed = async <T>(
    name: string,
    work: Promise<T>,
    kindOf: (result: T) => 'done' | 'lost',
  ): Promise<T> => {
    const fromMs = hastyClock.monotonicMs()
    const result = await work
    const spent = spentMs.get(name)
    if (spent) spent[kindOf(result)] += hastyClock.monotonicMs() - fromMs
    return result
  }
  const openHost = (name: string) => (): WorkerHost => {
    const way = name === hanging ? 'hangs for good' : 'takes its time'
    const host = createProcessHost({ entry, device: name, setup: { way, stepMs }, env: {} })
    return {
      get state() {
        return host.state
      },
      died: host.died,
      start: () => (name === hanging ? host.start() : timed(name, host.start(), () => 'lost')),
      stop: () => host.stop(),
      kill: () => host.kill(),
      ping: () => host.ping(),
      run: (order, sources, events: RunEvents = {}) => {
        if (name === hanging) given += 1
        else {
          runs += 1
          runsOn.set(name, (runsOn.get(name) ?? 0) + 1)
        }
        const isDoomed = name !== hanging && runs % killedEvery === 0
        if (isDoomed) kills += 1
        const onStep: RunEvents['onStep'] = (step, steps, preview) => {
          events.onStep?.(step, steps, preview)
          if (isDoomed && step === 1) void host.kill()
        }
        const run = host.run(order, sources, { ...events, onStep })
        return name === hanging ? run : timed(name, run, ({ kind }) => (kind === 'done' ? 'done' : 'lost'))
      },
    }
  }
  t = await buildTestEasel({
    config: { limits: { maxQueuedPerPerson: jobs, quotaPictures: 0 } },
    parts: {
      clock: hastyClock,
      devices: [...living, hanging].map(name => ({ name, openHost: openHost(name) })),
    },
  })
  const startMs = hastyClock.monotonicMs()
  const ids: string[] = []
  for (let i = 0; i < jobs; i++) ids.push((await t.ask(`circle ${i}`)).id)
  while (!t.isIdle) await new Promise<void>(resolve => realClock.after(20, resolve))
  const tookMs = hastyClock.monotonicMs() - startMs

  const lost = ids.filter(id => t.find(id)?.state !== 'done').length
  const quarantined = t.log.lines.filter(({ message }) => message === 'device quarantined').length
  const livingMs = (name: string) => tookMs - (spentMs.get(name)?.lost ?? 0)
  const allLivingMs = living.map(livingMs).reduce((sum, ms) => sum + ms, 0)
  /** Runs of a device over its part of the time in which workers lived: 1 is an equal share. */
  const shares = living.map(name => ((runsOn.get(name) ?? 0) * allLivingMs) / (runs * livingMs(name)))
  const leastShare = Math.round(1000 * Math.min(...shares)) / 1000
  const doneMs = [...spentMs.values()].reduce((sum, { done }) => sum + done, 0)
  const throughput = Math.round((1000 * doneMs) / allLivingMs) / 1000
  const figures = JSON.stringify({ lost, kills, given, quarantined, leastShare, runs, tookMs, throughput })
  console.log(`four devices: ${figures}`)
  expect(lost, figures).toBe(0)
  expect(new Set(ids.map(id => t.job(id).device))).toEqual(new Set(living))
  expect(kills, figures).toBeGreaterThan(jobs / killedEvery - 1)
  // Its rests double up to five minutes: ten jobs in the first ten minutes, then one in five.
  expect(given, figures).toBeLessThanOrEqual(10 + tookMs / 300_000)
  expect(quarantined, figures).toBe(given)
  // None of the living stands idle while the others work.
  expect(leastShare, figures).toBeGreaterThan(0.8)
  // Painting over the time in which their workers lived: 1 is no pause between two jobs. Jobs of the short form end too soon to
  // outweigh the commits between them on a busy disk, so it only says its figure.
  if (isLong) expect(throughput, figures).toBeGreaterThan(0.9)
})
