/** `easel` as a process: what a run in the tests' own process says and how it ends is what the process says, and how it exits. */
import { expect, test } from 'vitest'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'
import { runCli } from '../../helpers/processes/run-cli.ts'

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
