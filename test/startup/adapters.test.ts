/** The registry of chat platforms. */
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { builtCli } from '../helpers/processes/server-process.ts'

const platformLibraries = /node_modules.(discord\.js|@slack)/

test('a server without Discord and Slack does not load their libraries', () => {
  const main = new URL('main.js', pathToFileURL(builtCli))
  const script = `
    import { createRequire } from 'node:module'
    await import('${main}')
    const loaded = Object.keys(createRequire('${main}').cache)
    console.log(loaded.some(file => file.includes('better-sqlite3')), loaded.filter(file => ${platformLibraries}.test(file)).length)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  expect(stdout, stderr).toBe('true 0\n')
})
