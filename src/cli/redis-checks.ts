/** The check of `easel doctor` on the Redis that carries work to other machines. */

import { AppError } from '../errors/errors.ts'
import { errorSentence } from '../words/en.ts'
import type { Finding } from './checks.ts'
import type { Session } from './session.ts'

/** No line where other machines are not configured. @throws as readRedisAddress and readSealingKeys. */
export async function checkRedis({ config, secrets, words }: Session): Promise<Finding[]> {
  if (config.redis.url === '') return []
  const { readRedisAddress } = await import('../remote/redis/redis-url.ts')
  const { redisProblems } = await import('../remote/redis/check-redis.ts')
  const { readSealingKeys } = await import('../remote/seal/sealing-keys.ts')
  const address = readRedisAddress(config.redis, secrets)
  readSealingKeys(secrets)
  const { host } = address
  const problems = await redisProblems(address, config.redis.prefix)
  if (problems.length === 0) return [{ check: 'redis', state: 'fine', detail: words.cli.redisFine(host) }]
  return problems.map(problem => ({
    check: 'redis',
    state: 'wrong',
    detail: errorSentence(words, new AppError('redis', { host, problem })),
  }))
}
