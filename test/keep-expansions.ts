/** A folder for the golden models, which are expanded once for all test files of a run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    expansions: string
  }
}

export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'easel-expansions-'))
  project.provide('expansions', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
