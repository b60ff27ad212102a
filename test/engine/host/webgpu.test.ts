/** WebGPU end to end on an adapter in software: a worker paints on it what a worker on the CPU paints. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { workerEnvironment } from '../../../src/devices.ts'
import { createProcessHost } from '../../../src/engine/host/process-host.ts'
import type { WorkerHost } from '../../../src/engine/host/worker-host.ts'
import { decodeStoredPicture } from '../../../src/engine/image/decode.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { softwareAdapter } from '../../helpers/software-adapter.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const entry = new URL('../../../dist/src/engine/host/worker.js', import.meta.url)
const adapter = softwareAdapter()
if (!adapter)
  console.log('WebGPU is not tried: Debian’s chromium, which brings SwiftShader, is not installed.')

let models: ModelRecord[]
const hosts: WorkerHost[] = []
beforeAll(async () => {
  if (!existsSync(entry)) throw new Error('workers run from dist/: build first (npm run build)')
  ;({ models } = await readModels({ roots: ['models'], linkTargets: [], cache: memoryHashCache() }))
})
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop()
})

/** The pixels of the demo model's smallest picture: 16 places at most see each other in it. */
async function paint(
  device: string,
  env: Record<string, string>,
): Promise<{ on: string; pixels: Uint8Array }> {
  const setup = { device, threads: 0, models, version: 'Easel' }
  const host = createProcessHost({ entry, device, setup, env })
  hosts.push(host)
  const start = await host.start()
  if (start.kind === 'failed') throw start.error
  const [demo] = models
  const order = aPaintOrder({
    model: { name: demo?.name ?? '', hash: demo?.hash ?? '' },
    widthPx: 32,
    heightPx: 32,
    seed: 7,
    sampling: { ...aPaintOrder().sampling, sampler: 'euler', steps: 2, guidance: 4 },
  })
  const outcome = await host.run(order, {})
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  const picture = await decodeStoredPicture(Buffer.from(outcome.pictures[0]?.bytes ?? []))
  return { on: start.device, pixels: picture.data }
}

describe.runIf(adapter)('On SwiftShader', () => {
  test('a picture is that of the CPU, to one step of 255', { timeout: 300_000 }, async () => {
    const cpu = await paint('cpu', workerEnvironment(process.env))
    const webgpu = await paint('webgpu', adapter ?? {})
    expect(webgpu.on).toBe('webgpu, float32')
    expect(maxAbsoluteError(webgpu.pixels, cpu.pixels)).toBeLessThanOrEqual(1)
  })

  /**
   * The runtime's flash attention (flash_attention.wgsl.template) takes over beyond 16 queries. With subgroups of up to eight
   * lanes it multiplies eight keys at a time and moves on by as many as a subgroup has lanes: with SwiftShader's four it
   * counts keys twice. GPUs have eight and more.
   */
  test('attention is exact up to 16 queries, and beyond them wrong on subgroups of four', {
    timeout: 120_000,
  }, async () => {
    const script = fileURLToPath(new URL('../../fixtures/attention-on-webgpu.mjs', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: adapter })
    const errors = JSON.parse(stdout)
    expect(errors['16']).toBeLessThan(1e-5)
    expect(errors['32']).toBeGreaterThan(1e-2)
  })
})
