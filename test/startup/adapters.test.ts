/** The registry of chat platforms. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ServerProcess } from '../helpers/processes/server-process.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** Writes at the end of a process which of these packages it had loaded. */
const listPackages = `
  const loaded = () => Object.keys(require.cache).map(file => /node_modules.(better-sqlite3|discord\\.js|@slack)/.exec(file)?.[1])
  if (require('node:worker_threads').isMainThread)
    process.on('exit', () => console.log('loaded:', [...new Set(loaded())].filter(Boolean).join(' ')))`

test('a server without Discord and Slack does not load their libraries', async () => {
  const preload = join(tempFolder(), 'list-packages.cjs')
  writeFileSync(preload, listPackages)
  const server = new ServerProcess('logLevel: error', { NODE_OPTIONS: `--require ${preload}` })
  onTestFinished(() => server.dispose())
  await server.start()
  const { lines } = await server.end('SIGTERM')
  expect(lines.at(-1)).toBe('loaded: better-sqlite3')
})
