/** The checks of `easel doctor` for other machines: Redis, and the store for results. */
import { AppError } from '../../errors/errors.ts'
import { systemClock, systemIds } from '../../system/system-ports.ts'
import { errorSentence } from '../../words/en.ts'
import type { CommandSession } from '../session.ts'
import type { DoctorFinding } from './machine-checks.ts'

/** Checks Redis. No line if other machines are not configured. @throws as readRedisAddress and readSealingKeys. */
export async function checkRedis({ config, secrets, words }: CommandSession): Promise<DoctorFinding[]> {
  if (config.redis.url === '') return []
  const { readRedisAddress } = await import('../../remote/redis/redis-url.ts')
  const { redisProblems } = await import('../../remote/redis/check-redis.ts')
  const { readSealingKeys } = await import('../../remote/seal/sealing-keys.ts')
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

/** A line if machines on the Redis have another key. @throws as openGateway. */
export async function checkKeys(session: CommandSession): Promise<DoctorFinding[]> {
  if (session.config.redis.url === '') return []
  const { machinesWithOtherKeys } = await import('../devices/machines.ts')
  const others = await machinesWithOtherKeys(session)
  if (others === 0) return []
  return [{ check: 'redis', state: 'wrong', detail: session.words.machines.otherKeys(others) }]
}

/** Checks the store. No line if no store is configured. @throws as readStoreAddress. */
export async function checkStore({ config, secrets, words }: CommandSession): Promise<DoctorFinding[]> {
  if (config.redis.url === '' || config.remote.store.endpoint === '') return []
  const { readStoreAddress } = await import('../../remote/store/store-address.ts')
  const { ObjectStore } = await import('../../remote/store/object-store.ts')
  const { storeProblem } = await import('../../remote/store/check-store.ts')
  const address = readStoreAddress(config.remote.store, secrets)
  if (!address) return []
  const { host } = address
  const problem = await storeProblem(new ObjectStore(address, systemClock), config.redis.prefix, systemIds)
  if (!problem) return [{ check: 'store', state: 'fine', detail: words.cli.storeFine(host) }]
  const detail = errorSentence(words, new AppError('store', { host, problem }))
  return [{ check: 'store', state: 'wrong', detail }]
}
