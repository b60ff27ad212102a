import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { type Attempts, canIsolate, runIn } from '../helpers/processes/isolated-network.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/**
 * A network of their own, in which the kernel counts what native libraries do too. Where the system grants none, what Node does
 * is watched all the same, and the files tell of the rest.
 */
const isolated = canIsolate()
const nothing = isolated ? { withoutRoute: 0, datagrams: 0 } : {}

interface Watched {
  seen: Attempts & { failures: string[] }
  /** What Node looked up and called outside of the machine, in any process. */
  called: string[]
  /** Files that were left in the home folder and in the folder for temporary files. */
  left: string[]
}

async function watched(...args: string[]): Promise<Watched> {
  const folder = tempFolder()
  const [home, temporary, cwd] = ['home', 'tmp', 'cwd'].map(name => join(folder, name))
  for (const name of ['home', 'tmp', 'cwd']) mkdirSync(join(folder, name))
  const networkLog = join(folder, 'network.log')
  const program = join(packageRoot, 'test/fixtures/every-command.ts')
  const tsx = join(packageRoot, 'node_modules/tsx/dist/loader.mjs')
  const { code, out, err } = await runIn(isolated, [process.execPath, '--import', tsx, program, ...args], {
    cwd: cwd ?? folder,
    env: {
      ...process.env,
      HOME: home,
      TMPDIR: temporary,
      NODE_OPTIONS: `--require ${join(packageRoot, 'test/helpers/processes/network-watch.cjs')}`,
      EASEL_NETWORK_LOG: networkLog,
    },
  })
  expect(code, err).toBe(0)
  const left = [home, temporary].flatMap(place => (place === undefined ? [] : readdirSync(place)))
  const called = existsSync(networkLog) ? readFileSync(networkLog, 'utf8').trim().split('\n') : []
  return { seen: JSON.parse(out), called, left: left.filter(name => !name.startsWith('tsx-')) }
}

test('no process of Easel leaves the machine or a trace in the home folder, but for what is configured', async () => {
  const { seen, called, left } = await watched()
  expect(called).toEqual([])
  expect(seen).toMatchObject({ failures: [], ...nothing })
  expect(left).toEqual([])
})

test('the watch sees a name that is looked up and an address that is called', async () => {
  const { seen, called } = await watched('leave')
  expect(called).toEqual(expect.arrayContaining(['lookup vendor.example', 'connect 192.0.2.1']))
  if (isolated) expect(seen.withoutRoute).toBeGreaterThanOrEqual(2)
})
