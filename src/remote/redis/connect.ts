/** Connections to Redis: one that reconnects forever, and one that tries once and returns the problem. */
import { isIP } from 'node:net'
import { Redis, type RedisOptions } from 'ioredis'
import { errorCode } from '../../errors/error-code.ts'
import type { RedisProblem } from '../../errors/redis-problem.ts'
import type { RedisAddress } from './redis-url.ts'

const connectLimitMs = 5000
/** A connection that is silent for this time is lost: heartbeats pass every second, and BullMQ's commands every five seconds. */
const silenceLimitMs = 15_000
/** The pauses between two tries to connect grow linearly up to the longest. */
const firstPauseMs = 50
const maxPauseMs = 1000

/** Reconnects until it is closed. Commands wait meanwhile, as BullMQ requires (maxRetriesPerRequest: null). */
export function connectRedis(address: RedisAddress, onError: (error: Error) => void): Redis {
  const redis = new Redis({
    ...optionsOf(address),
    maxRetriesPerRequest: null,
    retryStrategy: tries => Math.min(firstPauseMs * tries, maxPauseMs),
  })
  redis.on('error', onError)
  return redis
}

/** Tries to connect once. The caller closes the connection. */
export async function tryRedis(
  address: RedisAddress,
): Promise<{ kind: 'connected'; redis: Redis } | { kind: 'failed'; problem: RedisProblem }> {
  const redis = new Redis({
    ...optionsOf(address),
    lazyConnect: true,
    // ioredis would send INFO, and take a Redis without that command for one that does not answer.
    enableReadyCheck: false,
    retryStrategy: () => null,
  })
  let last: Error | undefined
  redis.on('error', error => {
    last = error
  })
  try {
    await redis.connect()
    await redis.ping()
    return { kind: 'connected', redis }
  } catch (error) {
    redis.disconnect()
    return { kind: 'failed', problem: connectProblem(last ?? error) }
  }
}

function optionsOf({ host, port, user, password, database, tls }: RedisAddress): RedisOptions {
  return {
    host,
    port,
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: { ...tls, ...(isIP(host) === 0 && { servername: host }) } }),
    connectTimeout: connectLimitMs,
    socketTimeout: silenceLimitMs,
  }
}

/** Codes of errors that have none of their own. */
const codes: readonly (readonly [RegExp, string])[] = [
  // While Redis reads its files after a start it answers nothing else.
  [/\bLOADING\b/, 'LOADING'],
  // ioredis's own errors.
  [/Connection is closed/, 'ECONNRESET'],
  [/Socket timeout/, 'ETIMEDOUT'],
]

export function connectProblem(error: unknown): RedisProblem {
  if (/NOAUTH|WRONGPASS|invalid username-password|ERR AUTH/.test(String(error)))
    return { what: 'not-admitted' }
  if (errorCode(error) === 'ParserError') return { what: 'other-protocol' }
  const known = codes.find(([pattern]) => pattern.test(String(error)))
  return { what: 'unreachable', code: known?.[1] ?? errorCode(error) }
}
