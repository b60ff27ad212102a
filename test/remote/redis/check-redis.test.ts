import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import type { RedisProblem } from '../../../src/errors/redis-problem.ts'
import { RemoteHost } from '../../../src/remote/gateway/remote-host.ts'
import { redisProblems, settingProblems } from '../../../src/remote/redis/check-redis.ts'
import { readRedisAddress } from '../../../src/remote/redis/redis-url.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { startTlsRedis } from '../../helpers/processes/tls-redis-server.ts'
import { startGateway, startMachine } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const addressOf = (url: string, redisPassword?: string, caFile = '') =>
  readRedisAddress({ url, allowedWithoutTls: [], caFile }, { redisPassword })

const sentences = (problem: RedisProblem) =>
  [en, zhCn].map(words => errorSentence(words, new AppError('redis', { host: 'redis.lan', problem })))

/** What docs/recipes/many-machines.md gives its user. */
const documentedRights = '~easel:* +@read +@write +@scripting +@connection +@blocking +info'

test('a Redis with its defaults can be used, and nothing of the check is left in it', async () => {
  const redis = await startRedis()
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([])
  expect(execFileSync('redis-cli', ['-p', String(redis.port), 'dbsize'], { encoding: 'utf8' }).trim()).toBe(
    '0',
  )
})

test('a Redis that evicts is refused: it would throw work away', async () => {
  const redis = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([
    { what: 'eviction', policy: 'allkeys-lru' },
  ])
})

test('a replica is named as one: it takes no writes', async () => {
  const primary = await startRedis()
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(primary.port)])
  expect(await redisProblems(addressOf(replica.url), 'easel')).toEqual([{ what: 'replica' }])
  expect(await redisProblems(addressOf(primary.url), 'easel')).toEqual([])
  expect(sentences({ what: 'replica' })).toEqual([
    'Redis on redis.lan cannot be used: it is a replica, which only copies another one; redis.url must name the primary.',
    'redis.lan 上的 Redis 不能用：它是副本，只复制另一台的数据；redis.url 要填主节点。',
  ])
})

test('a Redis in cluster mode is named as one', async () => {
  const redis = await startRedis(['--cluster-enabled', 'yes'])
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([{ what: 'cluster' }])
  expect(sentences({ what: 'cluster' })).toEqual([
    'Redis on redis.lan cannot be used: it runs in cluster mode (cluster_enabled is 1); Easel needs one that does not.',
    'redis.lan 上的 Redis 不能用：它运行在集群模式（cluster_enabled 是 1）；Easel 需要非集群的 Redis。',
  ])
})

test('commands that a Redis does not have are named', async () => {
  const redis = await startRedis(['--rename-command', 'EVAL', '', '--rename-command', 'XADD', ''])
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([
    { what: 'commands', missing: ['xadd', 'eval'] },
  ])
})

test('a Redis without the command that its clients ask first with is named for that, not as one that gives no answer', async () => {
  const redis = await startRedis(['--rename-command', 'INFO', ''])
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([
    { what: 'commands', missing: ['info'] },
  ])
})

test('a Redis whose memory is full, or that cannot save to its disk, is named as one', async () => {
  const full = await startRedis(['--maxmemory', '1'])
  expect(await redisProblems(addressOf(full.url), 'easel')).toEqual([{ what: 'full', place: 'memory' }])
  const redis = await startRedis(['--save', '3600 1', '--dir', '/proc'])
  execFileSync('redis-cli', ['-p', String(redis.port), 'bgsave'])
  await expect
    .poll(() => redisProblems(addressOf(redis.url), 'easel'), { timeout: 60_000 })
    .toEqual([{ what: 'full', place: 'disk' }])
  expect(sentences({ what: 'full', place: 'memory' })).toEqual([
    'Redis on redis.lan cannot be used: its memory is full (maxmemory).',
    'redis.lan 上的 Redis 不能用：它的内存已满（maxmemory）。',
  ])
})

test('every command that Redis counts while a machine works for a gateway is one that is checked', async () => {
  const redis = await startRedis()
  const gateway = startGateway({ url: redis.url })
  onTestFinished(() => gateway.cut())
  const machine = startMachine({ url: redis.url, devices: [simulatedDevice('d0', { stepMs: 1 })] })
  const [found] = await gateway.machines.until(({ length }) => length === 1)
  const host = new RemoteHost({
    device: 'm1/d0',
    setup: null,
    open: () => gateway.gateway.open(found?.id ?? '', 'd0'),
  })
  await host.start()
  expect(await host.run(aPaintOrder(), {})).toMatchObject({ kind: 'done' })
  await machine.end()
  await gateway.end()
  const used = countedBy(redis)
  expect(used.length).toBeGreaterThan(20)
  const other = await startRedis()
  await redisProblems(addressOf(other.url), 'easel')
  const checked = new Set(countedBy(other))
  expect(used.filter(name => !checked.has(name))).toEqual([])
})

/** Those that every connection says of itself are allowed to everybody who may connect at all. */
const ofConnections = /^(client|auth|hello|ping|select|quit|command|config)\b/

function countedBy({ port }: { port: number }): string[] {
  const stats = execFileSync('redis-cli', ['-p', String(port), 'info', 'commandstats'], { encoding: 'utf8' })
  return [...stats.matchAll(/^cmdstat_([a-z|]+):/gm)]
    .map(([, name = '']) => name)
    .filter(name => !ofConnections.test(name))
    .sort()
}

test('a user with the documented rights may do everything that is needed, under its prefix alone', async () => {
  const redis = await startRedis(['--user', 'easel', 'on', '>secret', ...documentedRights.split(' ')])
  const url = redis.url.replace('//', '//easel@')
  expect(await redisProblems(addressOf(url, 'secret'), 'easel')).toEqual([])
  expect(await redisProblems(addressOf(url, 'secret'), 'another')).toEqual([
    { what: 'keys', prefix: 'another' },
  ])
  expect(await redisProblems(addressOf(url, 'wrong'), 'easel')).toEqual([{ what: 'not-admitted' }])
  expect(await redisProblems(addressOf(url), 'easel')).toMatchObject([{ what: expect.any(String) }])
})

test('a Redis behind TLS is trusted by its certificate alone', async () => {
  const { url, certificate } = await startTlsRedis()
  expect(await redisProblems(addressOf(url, undefined, certificate), 'easel')).toEqual([])
  expect(await redisProblems(addressOf(url), 'easel')).toMatchObject([{ what: 'unreachable' }])
})

test('a Redis that does not answer is named with the reason', async () => {
  const redis = await startRedis()
  await redis.kill()
  expect(await redisProblems(addressOf(redis.url), 'easel')).toEqual([
    { what: 'unreachable', code: 'ECONNREFUSED' },
  ])
})

test.each([
  ['ends each connection', (socket: Socket) => socket.end(), { what: 'unreachable', code: 'ECONNRESET' }],
  ['says nothing', () => {}, { what: 'unreachable', code: 'ETIMEDOUT' }],
  [
    'is a web server',
    (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    { what: 'other-protocol' },
  ],
  [
    'expects TLS',
    (socket: Socket) => socket.end(Buffer.from('15030300020246', 'hex')),
    { what: 'other-protocol' },
  ],
])('what is in place of a Redis is named: it %s', async (_, answer, problem) => {
  const server = createServer(socket => socket.once('data', () => answer(socket)).on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  expect(await redisProblems(addressOf(`redis://127.0.0.1:${port}`), 'easel')).toEqual([problem])
})

test('a version that is too old is named; Valkey counts as the Redis that it calls itself', () => {
  const info = (version: string) => `redis_version:${version}\r\nmaxmemory_policy:noeviction\r\n`
  expect(settingProblems(info('6.0.16'))).toEqual([{ what: 'version', found: '6.0.16', needed: '6.2.0' }])
  for (const version of ['6.2.0', '6.10.1', '7.2.4', '10.0.0'])
    expect(settingProblems(info(version))).toEqual([])
})
