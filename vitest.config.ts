import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/count-reporter.ts'

export default defineConfig({
  test: {
    globalSetup: ['test/build-web-script.ts', 'test/keep-expansions.ts'],
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // Native modules (onnxruntime, better-sqlite3) want whole processes; two cores want two of them.
    pool: 'forks',
    maxWorkers: 2,
    // Whole stories with a real model and many restarts, on two busy cores; what hangs is found all the same.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Caches that a user has once, such as the hashes of models, are not those of whoever runs the tests.
    env: { XDG_CACHE_HOME: join(tmpdir(), 'easel-test-cache') },
    reporters: ['default', new CountReporter()],
  },
})
