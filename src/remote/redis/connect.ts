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
    // ioredis would send INFO, and treat a refusal of that command as no answer.
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

/** The codes of errors that have no code of their own. */
const codes: readonly (readonly [RegExp, string])[] = [
  // While Redis loads its data after a start, it answers every command with this error.
  [/\bLOADING\b/, 'LOADING'],
  // ioredis's own errors.
  [/Connection is closed/, 'ECONNRESET'],
  [/Socket timeout/, 'ETIMEDOUT'],
]

/** The problem behind an error of a connection: Redis refuses the login, is something else, or cannot be reached. */
export function connectProblem(error: unknown): RedisProblem {
  if (/NOAUTH|WRONGPASS|invalid username-password|ERR AUTH/.test(String(error)))
    return { what: 'not-admitted' }
  if (errorCode(error) === 'ParserError') return { what: 'other-protocol' }
  const known = codes.find(([pattern]) => pattern.test(String(error)))
  return { what: 'unreachable', code: known?.[1] ?? errorCode(error) }
}
