/** Large values over a connection of their own, from a real Redis. */
import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { connectRedis } from '../../../src/remote/redis/connect.ts'
import { readRedisAddress } from '../../../src/remote/redis/redis-url.ts'
import { openValueConnection } from '../../../src/remote/redis/value-connection.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { startTlsRedis } from '../../helpers/processes/tls-redis-server.ts'

const maxBytes = 2_000_000

function connect(url: string, caFile = '', redisPassword?: string) {
  const address = readRedisAddress({ url, allowedWithoutTls: [], caFile }, { redisPassword })
  const redis = connectRedis(address, () => {})
  const values = openValueConnection(redis, maxBytes, () => {})
  onTestFinished(() => {
    redis.disconnect()
    values.disconnect()
  })
  return { redis, values }
}

/** A value longer than that is read in parts, and so is each one after it. */
const lengths = [0, 1, 100_000, 1_400_000, 3_000_000, 1_400_000, 5]

async function expectValues({ redis, values }: ReturnType<typeof connect>): Promise<void> {
  for (const length of lengths) {
    const value = randomBytes(length)
    await redis.set('value', value)
    expect((await values.getBuffer('value'))?.equals(value), `${length} bytes`).toBe(true)
  }
  expect(await values.getBuffer('nothing')).toBeNull()
}

test('values of any length come as they are, with a password, from the chosen database', async () => {
  const { url } = await startRedis(['--requirepass', 'secret'])
  await expectValues(connect(`${url}/3`, '', 'secret'))
})

test('values come as they are behind TLS', async () => {
  const { url, certificate } = await startTlsRedis()
  await expectValues(connect(url, certificate))
})

test('a value that is asked for while Redis restarts comes from the next connection', async () => {
  const server = await startRedis()
  const { redis, values } = connect(server.url)
  await redis.set('value', 'before')
  expect(await values.get('value')).toBe('before')
  await server.kill()
  const asked = values.get('value')
  await server.start()
  expect(await asked).toBeNull()
  await redis.set('value', 'after')
  expect(await values.get('value')).toBe('after')
})
