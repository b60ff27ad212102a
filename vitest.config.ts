import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CountReporter } from './test/count-reporter.ts'

/**
 * Folders whose files run one after the other in one process per core: loading the same sources anew for each of them took
 * longer than their tests. Their subjects keep no state of a module, and their helpers register no hooks when imported.
 */
const sharedProcess = [
  ...['app', 'bots', 'cli', 'common', 'config', 'db', 'errors', 'fakes'],
  ...['net', 'startup', 'system', 'transcripts', 'words'],
  ...['engine/image', 'engine/models', 'engine/sampling', 'engine/text', 'engine/weights'],
].map(folder => `test/${folder}/**/*.test.ts`)

/** What measures a process has it to itself. */
const measuring = [
  ...['common/collections/group-by', 'app/views/stats', 'engine/image/decode'],
  ...['bots/discord/load', 'bots/slack/load'],
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
      project('own process', { include: ['test/**/*.test.ts'], exclude: sharedProcess }),
      project('own process, measured', { include: measuring }),
      project('shared process', { include: sharedProcess, exclude: measuring, isolate: false }),
    ],
  },
})

function project(
  name: string,
  files: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return { test: { ...options, name, ...files } }
}
