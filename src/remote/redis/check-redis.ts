/** Checks a Redis or Valkey before it is used: its version, its commands, and its eviction policy. */
import type { Redis } from 'ioredis'
import { AppError } from '../../errors/errors.ts'
import type { RedisProblem } from '../../errors/redis-problem.ts'
import { tryRedis } from './connect.ts'
import type { RedisAddress } from './redis-url.ts'

/** BullMQ recommends 6.2 because of blocking commands and streams. Valkey reports itself as Redis 7.2. */
const oldestVersion = '6.2.0'

/** One probe for each kind of command that BullMQ and we use; `key` does not exist afterwards. */
const probes: readonly { command: string; args: (key: string) => (string | number)[] }[] = [
  { command: 'info', args: () => ['server'] },
  { command: 'hset', args: key => [key, 'field', 'value'] },
  { command: 'hgetall', args: key => [key] },
  { command: 'hdel', args: key => [key, 'field'] },
  { command: 'set', args: key => [key, 'value', 'PX', 1] },
  { command: 'get', args: key => [key] },
  { command: 'eval', args: key => ["return redis.call('exists', KEYS[1])", 1, key] },
  { command: 'evalsha', args: key => ['0'.repeat(40), 1, key] },
  { command: 'bzpopmin', args: key => [key, 0.001] },
  { command: 'xadd', args: key => [key, '*', 'field', 'value'] },
  { command: 'xtrim', args: key => [key, 'MAXLEN', 0] },
  { command: 'pexpire', args: key => [key, 1] },
  { command: 'del', args: key => [key] },
]

/** @throws AppError 'redis' when it cannot be used, with the first problem. */
export async function requireRedis(address: RedisAddress, prefix: string): Promise<void> {
  const [problem] = await redisProblems(address, prefix)
  if (problem) throw new AppError('redis', { host: address.host, problem })
}

/** The problems of a Redis; empty if it can be used. */
export async function redisProblems(address: RedisAddress, prefix: string): Promise<RedisProblem[]> {
  const tried = await tryRedis(address)
  if (tried.kind === 'failed') return [tried.problem]
  const { redis } = tried
  try {
    const missing = await missingCommands(redis, `${prefix}:probe`)
    if (missing.length > 0) return [{ what: 'commands', missing }]
    return settingProblems(await redis.info())
  } finally {
    redis.disconnect()
  }
}

async function missingCommands(redis: Redis, key: string): Promise<string[]> {
  const missing: string[] = []
  for (const { command, args } of probes) {
    try {
      await redis.call(command, ...args(key))
    } catch (error) {
      // NOSCRIPT is the correct reply to evalsha.
      if (/NOPERM|unknown command/i.test(String(error))) missing.push(command)
    }
  }
  return missing
}

/** Reads the settings from the text of INFO, which managed services permit, unlike CONFIG. */
export function settingProblems(info: string): RedisProblem[] {
  const found = fieldOf(info, 'redis_version')
  const policy = fieldOf(info, 'maxmemory_policy')
  return [
    ...(isOlder(found, oldestVersion) ? [{ what: 'version' as const, found, needed: oldestVersion }] : []),
    ...(policy !== '' && policy !== 'noeviction' ? [{ what: 'eviction' as const, policy }] : []),
  ]
}

function fieldOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
}

function isOlder(found: string, needed: string): boolean {
  const [a, b] = [found, needed].map(text => text.split('.').map(Number))
  for (const [i, part] of (b ?? []).entries()) {
    const difference = (a?.[i] ?? 0) - part
    if (difference !== 0) return difference < 0
  }
  return false
}
