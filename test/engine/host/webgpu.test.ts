/** WebGPU on an adapter in software: a worker comes up on it, and the cause of its wrong numbers is known. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { createProcessHost } from '../../../src/engine/host/process-host.ts'
import { softwareAdapter } from '../../helpers/processes/software-adapter.ts'

const entry = new URL('../../../dist/src/engine/host/worker.js', import.meta.url)
const adapter = softwareAdapter()
if (!adapter)
  console.log('WebGPU is not tried: Debian’s chromium, which brings SwiftShader, is not installed.')

beforeAll(() => {
  if (!existsSync(entry)) throw new Error('workers run from dist/: build first (npm run build)')
})

describe.runIf(adapter)('On SwiftShader', () => {
  test('a worker comes up on it, in float32 since it has no float16', { timeout: 120_000 }, async () => {
    const setup = { device: 'webgpu', threads: 0, models: [], version: 'Easel' }
    const host = createProcessHost({ entry, device: 'webgpu', setup, env: adapter ?? {} })
    expect(await host.start()).toEqual({ kind: 'ready', device: 'webgpu, float32' })
    await host.stop()
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
