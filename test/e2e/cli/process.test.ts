/** `easel` as a process: what a run in the tests' own process says and how it ends is what the process says, and how it exits. */
import { expect, test } from 'vitest'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'
import { runCli, runShell } from '../../helpers/processes/run-cli.ts'

const { folder, easel } = cliFolder()

test.each([
  [0, ['--version']],
  [0, ['info', '--help']],
  [0, ['models']],
  [1, ['info', 'none.png']],
  [2, ['imagine', 'a red circle', '--bogus']],
  [2, ['info']],
  [2, []],
])('exit code %i: %j', async (code, args) => {
  const run = await runCli(args, { cwd: folder })
  expect(run.code).toBe(code)
  expect(await easel(...args)).toEqual(run)
})

test.each([
  ['the help', '--help', 0],
  ['the version', '--version', 0],
  ['a command', 'models', 0],
  ['the help of a command without words', '', 2],
])('%s ends quietly when nobody reads it', async (_, args, code) => {
  const run = await runShell(`{ easel ${args} 2>&1; echo "exit $?" >&2; } | true`, { cwd: folder })
  expect(run.err).toBe(`exit ${code}\n`)
})
