/** The tiny models of the golden numbers, expanded once, and a models folder to lay them out in. */
import { cpSync, linkSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { OracleFolder } from '../../../tools/oracle/folder.ts'
import { tempFolder } from '../temp-folder.ts'
import { goldenFolder } from './golden-folder.ts'

/** Part one of the golden numbers; call it at the top level of a test file. */
export function oracleModels(): OracleFolder {
  const oracle = goldenFolder('oracle')
  afterAll(() => oracle.close())
  return oracle
}

/** Part two; its checkpoints are `built('checkpoints/')`. */
export function oracleCheckpoints(): OracleFolder {
  const oracle = goldenFolder('oracle-2')
  afterAll(() => oracle.close())
  return oracle
}

/** A models folder: path in it → the file or folder that lies there, as hard links, so that nothing is copied. */
export function modelsFolder(entries: Readonly<Record<string, string>>, root = tempFolder()): string {
  for (const [path, from] of Object.entries(entries)) link(from, join(root, path))
  return root
}

function link(from: string, to: string): void {
  if (statSync(from).isDirectory()) {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from)) link(join(from, name), join(to, name))
    return
  }
  mkdirSync(dirname(to), { recursive: true })
  try {
    linkSync(from, to)
  } catch {
    // Another disk, or one without hard links.
    cpSync(from, to)
  }
}
