/** Another process of ours for a test, run from source, with its first line as the signal that it is ready. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'

/** `script` lies in test/fixtures. */
export async function startChild(
  script: string,
  ...args: string[]
): Promise<{ child: ChildProcess; line: string }> {
  const path = join(packageRoot, 'test', 'fixtures', script)
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, line: String(line) }
}

export async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
