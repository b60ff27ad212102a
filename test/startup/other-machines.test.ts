import { execFileSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig, withSettings } from '../../src/config/config.ts'
import { Machine } from '../../src/remote/machine/machine.ts'
import { openRedis } from '../../src/startup/other-machines.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en } from '../../src/words/en.ts'
import { startRedis } from '../helpers/processes/redis-server.ts'
import { Signal, silent, testKey } from '../helpers/remote/remote-pair.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** What a process says of the Redis that it uses. */
async function saidOf(url: string) {
  const said = new Signal<string[]>([])
  const say = (line: string) => said.set([...said.value, line])
  const { options, disconnect } = await openRedis({
    config: withSettings(loadConfig(packageRoot, tempFolder()), { redis: { url } }),
    secrets: { workerKey: testKey() },
    words: en,
    log: silent,
    print: say,
    warn: say,
  })
  onTestFinished(disconnect)
  return { said, options }
}

test('a Redis that is lost while it is used is named once, and so is its return', async () => {
  const server = await startRedis()
  const { said, options } = await saidOf(server.url)
  await options.redis.ping()
  await server.kill()
  await said.until(lines => lines.length === 1)
  await server.start()
  await said.until(lines => lines.length === 2)
  expect(said.value).toEqual([
    // The first check may still meet the end of the old connection.
    expect.stringMatching(/^Redis on 127\.0\.0\.1 cannot be used: it gives no answer \(E[A-Z]+\)\.$/),
    'Redis on 127.0.0.1 can be used now.',
  ])
})

test('a Redis that becomes full while it is used is named, and usable when it has room again', async () => {
  const server = await startRedis()
  const { said, options } = await saidOf(server.url)
  const machine = new Machine({ ...options, name: 'm1', devices: [], models: [], files: [], onStatus() {} })
  onTestFinished(() => machine.end())
  machine.start()
  const limit = (bytes: string) =>
    execFileSync('redis-cli', ['-p', String(server.port), 'config', 'set', 'maxmemory', bytes])
  limit('1')
  await said.until(lines => lines.length === 1)
  limit('0')
  await said.until(lines => lines.length === 2)
  expect(said.value).toEqual([
    'Redis on 127.0.0.1 cannot be used: its memory is full (maxmemory).',
    'Redis on 127.0.0.1 can be used now.',
  ])
})

test('a Redis that comes late is checked when it comes, and named where it would throw work away', async () => {
  const server = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
  await server.kill()
  const { said: warnings } = await saidOf(server.url)
  expect(warnings.value).toEqual(['Redis on 127.0.0.1 cannot be used: it gives no answer (ECONNREFUSED).'])
  await server.start()
  await warnings.until(lines => lines.length === 2)
  expect(warnings.value[1]).toBe(
    'Redis on 127.0.0.1 cannot be used: it throws work away when its memory is full (maxmemory-policy is allkeys-lru, and must be noeviction).',
  )
})
