import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/paths.ts'
import { type Attempts, canIsolate, runIn } from '../helpers/isolated-network.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** Where the system grants no namespace, the network is not watched, and only the files tell. */
const isolated = canIsolate()
const nothing = isolated ? { withoutRoute: 0, datagrams: 0 } : {}

interface Watched {
  seen: Attempts & { failures: string[] }
  /** Files that were left in the home folder and in the folder for temporary files. */
  left: string[]
}

async function watched(...args: string[]): Promise<Watched> {
  const folder = tempFolder()
  const [home, temporary, cwd] = ['home', 'tmp', 'cwd'].map(name => join(folder, name))
  for (const name of ['home', 'tmp', 'cwd']) mkdirSync(join(folder, name))
  const program = join(packageRoot, 'test/e2e/every-command.ts')
  const tsx = join(packageRoot, 'node_modules/tsx/dist/loader.mjs')
  const { code, out, err } = await runIn(isolated, [process.execPath, '--import', tsx, program, ...args], {
    cwd: cwd ?? folder,
    env: { ...process.env, HOME: home, TMPDIR: temporary },
  })
  expect(code, err).toBe(0)
  const left = [home, temporary].flatMap(place => (place === undefined ? [] : readdirSync(place)))
  return { seen: JSON.parse(out), left: left.filter(name => !name.startsWith('tsx-')) }
}

test('no process of Easel leaves the machine or a trace in the home folder, but for what is configured', async () => {
  const { seen, left } = await watched()
  expect(seen).toMatchObject({ failures: [], ...nothing })
  expect(left).toEqual([])
})

test.runIf(isolated)('the watch sees a name that is looked up and an address that is called', async () => {
  const { seen } = await watched('leave')
  expect(seen.withoutRoute).toBeGreaterThanOrEqual(2)
})
