import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/count-reporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // Native modules (onnxruntime, better-sqlite3) want whole processes; two cores want two of them.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', new CountReporter()],
  },
})
