/** A run of `easel` in this process: the command as people type it, without the start of a process. Its workers are real. */
import { chdir, cwd } from 'node:process'
import { main } from '../../../src/cli/main.ts'
import type { CliRun } from '../processes/run-cli.ts'
import { keptSurroundings } from './surroundings.ts'

/** One at a time: a process has one working folder. */
export async function runHere(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<CliRun> {
  const { surroundings, said } = keptSurroundings({ ...process.env, ...options.env })
  const before = cwd()
  chdir(options.cwd)
  try {
    await main(args, surroundings)
  } finally {
    chdir(before)
  }
  return { code: Number(surroundings.exitCode ?? 0), ...said }
}
