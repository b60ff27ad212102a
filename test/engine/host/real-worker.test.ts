/** The hosts around the real worker, painter and runtime: cancelling, stopping in the midst of it, and many lives. */
import { existsSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { workerEnvironment } from '../../../src/devices/device-workers.ts'
import { createProcessHost } from '../../../src/engine/host/process-host.ts'
import { createThreadHost } from '../../../src/engine/host/thread-host.ts'
import type { RunOutcome, WorkerHost } from '../../../src/engine/host/worker-host.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import type { PaintOrder } from '../../../src/engine/work-order.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const entry = new URL('../../../dist/bin/worker.js', import.meta.url)
/** The long form is 40 threads and 2,000 runs of each of four. */
const threads = Number(process.env.EASEL_THREADS ?? 6)
const runsPerThread = threads * 50

const kinds = { thread: createThreadHost, 'child process': createProcessHost }

let models: ModelRecord[]
let hosts: WorkerHost[]

beforeAll(async () => {
  if (!existsSync(entry)) throw new Error('workers run from dist/: build first (npm run build)')
  ;({ models } = await readModels({ roots: ['models'], linkTargets: [], cache: memoryHashCache() }))
})
beforeEach(() => {
  hosts = []
})
afterEach(() => Promise.all(hosts.map(host => host.stop())))

async function started(kind: keyof typeof kinds): Promise<WorkerHost> {
  const host = kinds[kind]({
    entry,
    device: 'cpu',
    setup: { device: 'cpu', threads: 1, models, maxPixels: 1024 ** 2, version: 'Easel' },
    env: workerEnvironment(process.env),
  })
  hosts.push(host)
  expect(await host.start()).toEqual({ kind: 'ready', device: 'cpu, 1 thread' })
  return host
}

/** As small as the model can do it: what counts here is the number of calls. */
function order(steps: number, seed = 7): PaintOrder {
  const [demo] = models
  return aPaintOrder({
    model: { name: demo?.name ?? '', hash: demo?.hash ?? '' },
    widthPx: 32,
    heightPx: 32,
    seed,
    sampling: { ...aPaintOrder().sampling, sampler: 'euler_a', steps, guidance: 1 },
  })
}

function bytesOf(outcome: RunOutcome): Buffer {
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return Buffer.from(outcome.pictures[0]?.bytes ?? [])
}

/** Resolves at that step of the run. */
async function untilStep(host: WorkerHost, wanted: number, signal?: AbortSignal) {
  const told: number[] = []
  let outcome: Promise<RunOutcome> | undefined
  await new Promise<void>(resolve => {
    outcome = host.run(
      order(5000),
      {},
      {
        signal,
        onStep: step => {
          told.push(step)
          if (step === wanted) resolve()
        },
      },
    )
  })
  return { told, ended: async () => (await outcome) ?? { kind: 'cancelled' as const } }
}

describe.each(['thread', 'child process'] as const)('a %s', kind => {
  test('ends a run between two steps when it is cancelled, and paints the next one as if nothing had been', async () => {
    const host = await started(kind)
    const before = bytesOf(await host.run(order(4), {}))
    const abort = new AbortController()
    const run = await untilStep(host, 3, abort.signal)
    abort.abort()
    expect(await run.ended()).toEqual({ kind: 'cancelled' })
    expect(run.told.length).toBeLessThan(1000)
    expect(bytesOf(await host.run(order(4), {})).equals(before)).toBe(true)
  })

  test('stops in the midst of a run', async () => {
    const host = await started(kind)
    const run = await untilStep(host, 2)
    await host.stop()
    expect(await run.ended()).toEqual({ kind: 'cancelled' })
    expect(await host.died).toEqual({ expected: true, reason: 'exit code 0' })
  })
})

test('a child process can be killed inside a run, and the next one paints the same bytes as a thread', async () => {
  const run = await untilStep(await started('child process'), 2)
  expect(await hosts[0]?.kill()).toEqual({ kind: 'dead' })
  expect(await run.ended()).toMatchObject({ kind: 'failed', error: { code: 'worker-killed' } })
  const [child, thread] = [await started('child process'), await started('thread')]
  expect(bytesOf(await child.run(order(3), {})).equals(bytesOf(await thread.run(order(3), {})))).toBe(true)
})

test(`four threads at once make ${runsPerThread} runs each, and every picture of a seed has the same bytes`, {
  timeout: 60_000 + runsPerThread * 120,
}, async () => {
  const steps = 100
  const four = await Promise.all(Array.from({ length: 4 }, () => started('thread')))
  const painted = await Promise.all(
    four.map(async host => {
      const files: string[] = []
      for (let i = 0; i < runsPerThread / steps; i++)
        files.push(bytesOf(await host.run(order(steps, i), {})).toString('base64'))
      return files
    }),
  )
  for (const files of painted) expect(files).toEqual(painted[0])
})

test(`${threads} threads one after the other load the model, and are stopped between two steps of it`, {
  timeout: 60_000 + threads * 6000,
}, async () => {
  for (let life = 0; life < threads; life++) {
    const host = await started('thread')
    const run = await untilStep(host, 1 + (life % 3))
    await host.stop()
    expect(await run.ended()).toEqual({ kind: 'cancelled' })
    expect(await host.died).toEqual({ expected: true, reason: 'exit code 0' })
  }
  process.stdout.write(
    `threads: ${threads} one after the other, 0 crashes; before, four with ${runsPerThread} runs each, equal bytes\n`,
  )
})
