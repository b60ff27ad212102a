import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CountReporter } from './test/count-reporter.ts'

/**
 * What has a process to itself. All other files run one after the other in one process per core: loading the same sources anew for
 * each of them took longer than most of their tests. They leave the process as they found it.
 */
const ownProcess = [
  // What measures a process.
  ...['common/collections/group-by', 'app/views/stats', 'engine/image/decode', 'engine/onnx/session'],
  ...['engine/host/channel-host', 'bots/discord/load', 'bots/slack/load', 'fault/ten-thousand'],
  ...['fuzz/long-texts', 'fuzz/long-picture-texts'],
  // What replaces a module for itself alone.
  ...['engine/networks/adapted-unet', 'devices/device-workers', 'fault/power-loss'],
].map(name => `test/${name}.test.ts`)

const options = {
  // Native modules (onnxruntime, better-sqlite3) want whole processes; two cores want two of them.
  pool: 'forks',
  maxWorkers: 2,
  // Whole stories with a real model and many restarts, on two busy cores; what hangs is found all the same.
  testTimeout: 240_000,
  hookTimeout: 120_000,
  // Caches that a user has once, such as the hashes of models, are not those of whoever runs the tests.
  env: { XDG_CACHE_HOME: join(tmpdir(), 'easel-test-cache') },
} satisfies TestProjectInlineConfiguration['test']

export default defineConfig({
  test: {
    ...options,
    globalSetup: ['test/keep-in-memory.ts', 'test/build-web-script.ts', 'test/keep-expansions.ts'],
    reporters: ['default', new CountReporter()],
    projects: [
      project('own process', { include: ownProcess }),
      project('shared process', { include: ['test/**/*.test.ts'], exclude: ownProcess, isolate: false }),
    ],
  },
})

function project(
  name: string,
  files: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return { test: { ...options, name, ...files } }
}
