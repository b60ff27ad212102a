/** What every worker host promises, whatever kind of worker it runs. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WorkerHost } from '../../src/engine/host/worker-host.ts'
import type { WorkerOptions } from '../../src/engine/host/worker-options.ts'
import { contentOf } from '../../tools/simulate/gateway/simulated-picture.ts'
import { aPaintOrder } from '../helpers/work-orders.ts'

const built = new URL('../../dist/src/engine/host/serve-worker.js', import.meta.url)
const wellBehaved = new URL('../fixtures/workers/worker.mjs', import.meta.url)
const nonsense = new URL('../fixtures/workers/nonsense.mjs', import.meta.url)
const order = aPaintOrder()

export interface HostKind {
  name: string
  create: (options: WorkerOptions) => WorkerHost
  /** Whether a worker can be killed inside a call. */
  killable: boolean
  /** So many workers one after the other; what each leaves behind would be noticed. 40 where absent. */
  lives?: number
}

export function describeWorkerHost({ name, create, killable, lives = 40 }: HostKind): void {
  describe(`worker host: ${name}`, () => {
    let hosts: WorkerHost[]
    let folder: string
    let release: string

    const newHost = (way: string, options: Partial<WorkerOptions> = {}) => {
      const host = create({
        entry: wellBehaved,
        device: 'fixture:0',
        setup: { way, release },
        env: {},
        ...options,
      })
      hosts.push(host)
      return host
    }
    const startedHost = async (way: string, options: Partial<WorkerOptions> = {}) => {
      const host = newHost(way, options)
      expect(await host.start()).toMatchObject({ kind: 'ready' })
      return host
    }

    beforeAll(() => {
      if (!existsSync(built)) throw new Error('workers run from dist/: build first (npm run build)')
    })
    beforeEach(() => {
      hosts = []
      folder = mkdtempSync(join(tmpdir(), 'easel-host-'))
      release = join(folder, 'release')
    })
    afterEach(async () => {
      writeFileSync(release, '')
      await Promise.all(hosts.map(host => host.stop()))
      rmSync(folder, { recursive: true })
    })

    test('says on what it paints once it is ready', async () => {
      const host = newHost('finishes')
      expect(host.state).toBe('new')
      const starting = host.start()
      expect(host.state).toBe('starting')
      expect(await starting).toEqual({ kind: 'ready', device: 'a fixture' })
      expect(host.state).toBe('ready')
    })

    test('a run reports loading and every step in order, then gives the pictures as bytes', async () => {
      const host = await startedHost('finishes')
      const seen: unknown[] = []
      const source = new Uint8Array(300_000).map((_, i) => i % 251)
      const running = host.run(
        order,
        { 'picture-1': source },
        {
          onLoading: model => seen.push(model),
          onStep: (step, steps, preview, elapsedMs) =>
            seen.push([step, steps, ...(preview ?? []), elapsedMs]),
        },
      )
      expect(host.state).toBe('running')
      const outcome = await running
      // The fixture's clock goes on by 10 ms each time that it is read.
      expect(seen).toEqual(['demo', [1, 3, 1, 10], [2, 3, 2, 20], [3, 3, 3, 30]])
      expect(outcome).toMatchObject({ kind: 'done', timings: { steps: 1.5 } })
      const [picture] = outcome.kind === 'done' ? outcome.pictures : []
      expect(picture).toMatchObject({ mediaType: 'image/png', widthPx: 128, heightPx: 128, seed: 7 })
      expect(Buffer.compare(contentOf(picture?.bytes), source)).toBe(0)
      expect(host.state).toBe('ready')
    })

    test('a source still belongs to the caller after a run', async () => {
      const host = await startedHost('finishes')
      const source = new Uint8Array([1, 2, 3, 4])
      await host.run(order, { a: source })
      expect([...source]).toEqual([1, 2, 3, 4])
    })

    test('runs follow each other, also after one that failed', async () => {
      const host = await startedHost('throws')
      for (let i = 0; i < 3; i++) {
        const outcome = await host.run(order, {})
        expect(outcome).toMatchObject({
          kind: 'failed',
          error: { code: 'internal', details: { problem: 'no such brush' } },
        })
        expect(host.state).toBe('ready')
      }
    })

    test('a coded fault arrives with its code, its details and the other side’s stack', async () => {
      const host = await startedHost('runs out of device memory')
      const outcome = await host.run(order, {})
      expect(outcome).toMatchObject({
        kind: 'failed',
        error: { code: 'out-of-memory', details: { device: 'fixture:0' }, retryable: true },
      })
      if (outcome.kind === 'failed')
        expect(outcome.error.cause).toHaveProperty('stack', expect.stringContaining('worker.mjs'))
    })

    test('a second run at the same time is a defect, and the first is unharmed', async () => {
      const host = await startedHost('finishes')
      const first = host.run(order, {})
      await expect(host.run(order, {})).rejects.toMatchObject({ code: 'internal' })
      expect(await first).toMatchObject({ kind: 'done' })
    })

    for (const way of ['answers cancel', 'throws the reason of a cancel']) {
      test(`a cancel takes effect between steps (${way})`, async () => {
        const host = await startedHost(way)
        const abort = new AbortController()
        const outcome = await host.run(order, {}, { signal: abort.signal, onStep: () => abort.abort() })
        expect(outcome).toEqual({ kind: 'cancelled' })
        expect(host.state).toBe('ready')
      })
    }

    test('a run cancelled before it began never reaches the worker', async () => {
      const host = await startedHost('throws')
      expect(await host.run(order, {}, { signal: AbortSignal.abort() })).toEqual({ kind: 'cancelled' })
      expect(host.state).toBe('ready')
    })

    test('a worker that ignores a cancel ends its run as done', async () => {
      const host = await startedHost('ignores cancel')
      const abort = new AbortController()
      const outcome = await host.run(order, {}, { signal: abort.signal, onStep: () => abort.abort() })
      expect(outcome).toMatchObject({ kind: 'done' })
    })

    test('a cancel that comes too late does not touch the next run', async () => {
      const host = await startedHost('finishes')
      const abort = new AbortController()
      await host.run(order, {}, { signal: abort.signal })
      const next = host.run(order, {})
      abort.abort()
      expect(await next).toMatchObject({ kind: 'done' })
    })

    test('stop cancels the run between steps and lets the worker leave by itself', async () => {
      const host = await startedHost('answers cancel')
      let stopping: Promise<void> | undefined
      const outcome = await host.run(order, {}, { onStep: () => (stopping ??= host.stop()) })
      expect(outcome).toEqual({ kind: 'cancelled' })
      await stopping
      expect(host.state).toBe('dead')
      expect(await host.died).toEqual({ expected: true, reason: 'exit code 0' })
    })

    test('stop may be said twice, and before the start', async () => {
      const host = await startedHost('finishes')
      await Promise.all([host.stop(), host.stop()])
      const unborn = newHost('finishes')
      await unborn.stop()
      expect(unborn.state).toBe('dead')
    })

    test('a run on a dead worker fails as worker-died', async () => {
      const host = await startedHost('finishes')
      await host.stop()
      expect(await host.run(order, {})).toMatchObject({ kind: 'failed', error: { code: 'worker-died' } })
    })

    test('a worker that cannot open its device says why and leaves', async () => {
      const host = newHost('cannot open')
      expect(await host.start()).toMatchObject({
        kind: 'failed',
        error: { code: 'internal', details: { problem: 'no such device' } },
      })
      expect(await host.died).toMatchObject({ expected: false, reason: 'exit code 0' })
    })

    test('a worker that dies while it opens fails the start', async () => {
      const host = newHost('dies while opening')
      expect(await host.start()).toMatchObject({
        kind: 'failed',
        error: { code: 'worker-died', details: { device: 'fixture:0', reason: 'exit code 4' } },
      })
    })

    test('an entry that does not exist fails the start', async () => {
      const host = newHost('finishes', { entry: new URL('./no-such-worker.mjs', import.meta.url) })
      expect(await host.start()).toMatchObject({ kind: 'failed', error: { code: 'worker-died' } })
    })

    const deaths: { way: string; reason: RegExp; options?: Partial<WorkerOptions> }[] = [
      { way: 'exits', reason: /^exit code 3$/ },
      { way: 'throws outside the run', reason: /nobody catches this|exit code 1/ },
      { way: 'exhausts its heap', reason: /memory|SIGABRT|SIGTRAP/, options: { heapLimitMb: 24 } },
      ...(killable ? [{ way: 'dies of SIGSEGV', reason: /^SIGSEGV$/ }] : []),
    ]
    for (const { way, reason, options } of deaths) {
      test(`a worker that ${way} fails its run as worker-died, and the next worker is sound`, async () => {
        const host = await startedHost(way, options)
        const outcome = await host.run(order, {})
        expect(outcome).toMatchObject({
          kind: 'failed',
          error: { code: 'worker-died', retryable: true, details: { device: 'fixture:0' } },
        })
        const death = await host.died
        expect(death).toEqual({ expected: false, reason: expect.stringMatching(reason) })
        expect(host.state).toBe('dead')

        const next = await startedHost('finishes')
        expect(await next.run(order, {})).toMatchObject({ kind: 'done' })
      })
    }

    test('a worker that breaks the protocol fails its run and gets no more work', async () => {
      const host = await startedHost('any', { entry: nonsense })
      const outcome = await host.run(order, {})
      expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'internal' } })
      expect(await host.died).toMatchObject({ expected: false })
      expect(host.state).toBe('dead')
    })

    test('the main thread goes on while the worker hangs, and kill says what it can do', async () => {
      const host = await startedHost('hangs until released')
      let hanging = () => {}
      const hung = new Promise<void>(resolve => {
        hanging = resolve
      })
      const running = host.run(order, {}, { onStep: () => hanging() })
      await hung
      for (let turn = 0; turn < 1_000; turn++) await nextTurn()
      expect(host.state).toBe('running')

      const killed = await host.kill()
      if (killable) {
        expect(killed).toEqual({ kind: 'dead' })
        expect(await running).toMatchObject({ kind: 'failed', error: { code: 'worker-killed' } })
        expect(await host.died).toEqual({ expected: true, reason: 'SIGKILL' })
      } else {
        expect(killed).toEqual({ kind: 'unkillable' })
        writeFileSync(release, '')
        expect(await running).toMatchObject({ kind: 'done' })
      }
    })

    test('answers a ping between runs and after one, and a ping of a dead one is over', async () => {
      const host = await startedHost('finishes')
      await host.ping()
      expect(await host.run(order, {})).toMatchObject({ kind: 'done' })
      await host.ping()
      await host.stop()
      await host.ping()
    })

    test('kill ends an idle worker', async () => {
      const host = await startedHost('finishes')
      expect(await host.kill()).toEqual({ kind: 'dead' })
      expect(host.state).toBe('dead')
      expect(await host.kill()).toEqual({ kind: 'dead' })
    })

    test('a worker’s environment is exactly what it is given: no tokens', async () => {
      const host = await startedHost('shows its environment', { env: { CUDA_VISIBLE_DEVICES: '1' } })
      const outcome = await host.run(order, {})
      if (outcome.kind !== 'done') expect.fail(outcome.kind)
      const seen: unknown = JSON.parse(Buffer.from(contentOf(outcome.pictures[0]?.bytes)).toString())
      expect(seen).toMatchObject({ CUDA_VISIBLE_DEVICES: '1' })
      expect(Object.keys(seen ?? {}).filter(key => !/^(CUDA|NODE)_/.test(key))).toEqual([])
    })

    test(`${lives} lives one after the other, by turns stopped and killed, all end clean`, async () => {
      for (let life = 0; life < lives; life++) {
        const host = await startedHost('finishes')
        expect(await host.run(order, {})).toMatchObject({ kind: 'done' })
        if (life % 2 === 0) await host.stop()
        else expect(await host.kill()).toEqual({ kind: 'dead' })
        expect(await host.died).toMatchObject({ expected: true })
      }
    })
  })
}
