/** Checks a Redis or Valkey before it is used: its version, its commands, its role, and its eviction policy. */
import type { Redis } from 'ioredis'
import type { RedisProblem } from '../../errors/redis-problem.ts'
import { connectProblem, tryRedis } from './connect.ts'
import type { RedisAddress } from './redis-url.ts'

/** BullMQ recommends 6.2 because of blocking commands and streams. Valkey reports itself as Redis 7.2. */
const oldestVersion = '6.2.0'

/**
 * Every command of this folder and of BullMQ's scripts, with arguments that Redis accepts. `key` does not exist afterwards.
 */
const probesOf = (key: string): readonly (readonly [command: string, ...args: (string | number)[]])[] => [
  ['info', 'server'],
  ['hset', key, 'field', 'value'],
  ['hmset', key, 'field', 'value'],
  ['hincrby', key, 'count', 1],
  ['hget', key, 'field'],
  ['hmget', key, 'field'],
  ['hgetall', key],
  ['hexists', key, 'field'],
  ['hdel', key, 'field'],
  ['del', key],
  ['lpush', key, 'value'],
  ['rpush', key, 'value'],
  ['rpoplpush', key, key],
  ['llen', key],
  ['lrange', key, 0, 0],
  ['ltrim', key, 0, 0],
  ['lrem', key, 0, 'value'],
  ['sadd', key, 'value'],
  ['scard', key],
  ['smembers', key],
  ['srem', key, 'value'],
  ['zadd', key, 1, 'value'],
  ['zcard', key],
  ['zscore', key, 'value'],
  ['zrange', key, 0, 0],
  ['zrangebyscore', key, 0, 0],
  ['zrevrange', key, 0, 0],
  ['zrevrangebyscore', key, 0, 0],
  ['zrem', key, 'value'],
  ['zremrangebyrank', key, 0, 0],
  ['zremrangebyscore', key, 0, 0],
  ['zpopmin', key],
  ['bzpopmin', key, 0.001],
  ['xadd', key, '*', 'field', 'value'],
  ['xtrim', key, 'MAXLEN', 0],
  ['del', key],
  ['incr', key],
  ['exists', key],
  ['pttl', key],
  ['set', key, 'value', 'PX', 1],
  ['get', key],
  ['eval', "return redis.call('exists', KEYS[1])", 1, key],
  ['evalsha', '0'.repeat(40), 1, key],
  ['pexpire', key, 1],
  ['del', key],
]

/** The problems of a Redis; empty if it can be used. */
export async function redisProblems(address: RedisAddress, prefix: string): Promise<RedisProblem[]> {
  const tried = await tryRedis(address)
  if (tried.kind === 'failed') return [tried.problem]
  const { redis } = tried
  try {
    const refused = refusalProblem(await refusedCommands(redis, `${prefix}:probe`), prefix)
    return refused ? [refused] : settingProblems(await redis.info())
  } catch (error) {
    return [connectProblem(error)]
  } finally {
    redis.disconnect()
  }
}

interface Refusal {
  command: string
  reply: string
}

/** Sends all commands at once, so that a slow connection costs one round trip. */
async function refusedCommands(redis: Redis, key: string): Promise<Refusal[]> {
  const tried = probesOf(key).map(async ([command, ...args]): Promise<Refusal[]> => {
    try {
      await redis.call(command, ...args)
      return []
    } catch (error) {
      return [{ command, reply: String(error) }]
    }
  })
  return (await Promise.all(tried)).flat()
}

/** The problem that the error replies show. Other error replies are expected, such as NOSCRIPT to evalsha. */
function refusalProblem(refused: readonly Refusal[], prefix: string): RedisProblem | undefined {
  const refusedWith = (pattern: RegExp) =>
    refused.filter(({ reply }) => pattern.test(reply)).map(({ command }) => command)
  const missing = [...new Set(refusedWith(/NOPERM.* command|unknown command/i))]
  if (missing.length > 0) return { what: 'commands', missing }
  if (refusedWith(/NOPERM/).length > 0) return { what: 'keys', prefix }
  if (refusedWith(/\bOOM\b/).length > 0) return { what: 'full', place: 'memory' }
  if (refusedWith(/\bMISCONF\b/).length > 0) return { what: 'full', place: 'disk' }
  return undefined
}

/** Reads the settings from the text of INFO, which managed services permit, unlike CONFIG. */
export function settingProblems(info: string): RedisProblem[] {
  const found = fieldOf(info, 'redis_version')
  const policy = fieldOf(info, 'maxmemory_policy')
  return [
    ...(isOlder(found, oldestVersion) ? [{ what: 'version' as const, found, needed: oldestVersion }] : []),
    // INFO's name for a replica, in Valkey too.
    ...(fieldOf(info, 'role') === 'slave' ? [{ what: 'replica' as const }] : []),
    ...(fieldOf(info, 'cluster_enabled') === '1' ? [{ what: 'cluster' as const }] : []),
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
