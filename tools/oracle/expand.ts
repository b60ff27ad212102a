/** Runs the expand.mjs of a folder of golden numbers, into a temporary folder or one that several processes share. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/**
 * Resolves with the expanded folder. `before` and `after` are the script's arguments around it. In `shared` an expansion is
 * made once for all processes: it appears there whole, by one rename.
 */
export async function expandInto(
  shared: string | undefined,
  script: string,
  before: readonly string[],
  after: readonly string[],
): Promise<string> {
  if (shared === undefined) return expand(tmpdir(), script, before, after)
  const key = createHash('sha256')
    .update(JSON.stringify([script, before, after]))
    .digest('hex')
  const target = join(shared, key)
  if (existsSync(target)) return target
  await mkdir(shared, { recursive: true })
  const made = await expand(shared, script, before, after)
  try {
    await rename(made, target)
  } catch (error) {
    // Another process was first.
    await rm(made, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

async function expand(
  parent: string,
  script: string,
  before: readonly string[],
  after: readonly string[],
): Promise<string> {
  const target = await mkdtemp(join(parent, 'easel-oracle-'))
  await execute(process.execPath, [script, ...before, target, ...after], { maxBuffer: 1 << 24 })
  return target
}
