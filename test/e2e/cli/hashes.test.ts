/** The command line without a data folder: models are hashed once and the hashes are kept. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runShell } from '../../helpers/processes/run-cli.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

test('a second picture in a folder without data does not read the weights through again', async () => {
  const cwd = tempFolder()
  const cache = join(cwd, 'cache', 'easel', 'model-hashes.json')
  const paint = () =>
    runShell('XDG_CACHE_HOME="$PWD/cache" easel imagine "a red circle --steps 1 --seed 7" -o out.png', {
      cwd,
    })
  expect(await paint()).toMatchObject({ code: 0 })
  expect(existsSync(join(cwd, 'data'))).toBe(false)
  // A file that is hashed again gets its true hash again.
  const marked = readFileSync(cache, 'utf8').replaceAll(/("hash": ")[0-9a-f]{64}/g, `$1${'ab'.repeat(32)}`)
  expect(marked).toContain('abab')
  writeFileSync(cache, marked)
  expect(await paint()).toMatchObject({ code: 0 })
  expect(readFileSync(cache, 'utf8')).toBe(marked)
})
