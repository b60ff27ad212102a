import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createProcessHost } from '../../../src/engine/host/process-host.ts'
import { describeWorkerHost } from '../../conformance/worker-host.suite.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const fixtures = new URL('../../fixtures/workers/', import.meta.url)

describeWorkerHost({ name: 'child process', create: createProcessHost, killable: true })

test('Ctrl-C and SIGTERM to the group leave a child at its work: only its host stops it', async () => {
  const host = createProcessHost({
    entry: new URL('worker.mjs', fixtures),
    device: 'fixture:0',
    setup: { way: 'signals itself' },
    env: {},
  })
  await host.start()
  expect(await host.run(aPaintOrder(), {})).toMatchObject({ kind: 'done' })
  await host.stop()
})

test('a child whose main process was killed leaves by itself', async () => {
  const parent = spawn(
    process.execPath,
    [fileURLToPath(new URL('parent.mjs', fixtures)), JSON.stringify(aPaintOrder())],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  // The child shares the parent's standard error: the pipe closes when both are gone.
  const bothGone = once(parent.stderr, 'close')
  parent.stderr.resume()
  await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  await bothGone
})
