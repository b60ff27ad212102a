import { expect, onTestFinished, test } from 'vitest'
import { loadConfig, withSettings } from '../../src/config/config.ts'
import { openRedis } from '../../src/startup/other-machines.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en } from '../../src/words/en.ts'
import { startRedis } from '../helpers/processes/redis-server.ts'
import { Signal, silent, testKey } from '../helpers/remote/remote-pair.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

test('a Redis that comes late is checked when it comes, and named where it would throw work away', async () => {
  const server = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
  await server.kill()
  const warnings = new Signal<string[]>([])
  const { disconnect } = await openRedis({
    config: withSettings(loadConfig(packageRoot, tempFolder()), { redis: { url: server.url } }),
    secrets: { workerKey: testKey() },
    words: en,
    log: silent,
    print() {},
    warn: line => warnings.set([...warnings.value, line]),
  })
  onTestFinished(disconnect)
  expect(warnings.value).toEqual(['Redis on 127.0.0.1 cannot be used: it gives no answer (ECONNREFUSED).'])
  await server.start()
  await warnings.until(lines => lines.length === 2)
  expect(warnings.value[1]).toBe(
    'Redis on 127.0.0.1 cannot be used: it throws work away when its memory is full (maxmemory-policy is allkeys-lru, and must be noeviction).',
  )
})
