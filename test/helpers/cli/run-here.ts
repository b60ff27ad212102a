/** A run of `easel` in this process: the command as people type it, without the start of a process. Its workers are real. */
import { main } from '../../../src/cli/main.ts'
import type { CliRun } from '../processes/run-cli.ts'
import { keptSurroundings } from './surroundings.ts'

/**
 * One at a time: a process has one working folder. It is changed through `process` itself, because the driver of the browser
 * replaces `process.cwd` by one that remembers the folder until `process.chdir` is called.
 */
export async function runHere(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<CliRun> {
  const { surroundings, said } = keptSurroundings({ ...process.env, ...options.env })
  const before = process.cwd()
  process.chdir(options.cwd)
  try {
    await main(args, surroundings)
  } finally {
    process.chdir(before)
  }
  return { code: Number(surroundings.exitCode ?? 0), ...said }
}
