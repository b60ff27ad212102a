import { expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { readRedisAddress } from '../../../src/remote/redis/redis-url.ts'
import { en, errorSentence } from '../../../src/words/en.ts'

const read = (url: string, allowedWithoutTls: string[] = [], redisPassword?: string) =>
  readRedisAddress({ url, allowedWithoutTls, caFile: '' }, { redisPassword })

test.each([
  ['redis://localhost', { host: 'localhost', port: 6379, database: 0 }],
  ['redis://127.0.0.1:7000/2', { host: '127.0.0.1', port: 7000, database: 2 }],
  ['redis://[::1]:7000', { host: '::1', port: 7000, database: 0 }],
  [
    'rediss://easel@r.example.org',
    { host: 'r.example.org', port: 6379, user: 'easel', database: 0, tls: {} },
  ],
])('%s is read', (url, address) => {
  expect(read(url)).toEqual(address)
})

test('the password comes from the environment', () => {
  expect(read('rediss://easel@r.example.org', [], 'x')).toMatchObject({ user: 'easel', password: 'x' })
})

test('a connection to another host is encrypted, unless that host is allowed by name', () => {
  expect(read('redis://redis:6379', ['redis'])).toMatchObject({ host: 'redis' })
  expect(complaint('redis://redis:6379', ['other'])).toBe(
    'The configuration is wrong at redis.url: everything would reach redis unencrypted; use rediss://, or name redis in redis.allowedWithoutTls.',
  )
  // What only looks like this machine is another one.
  for (const host of ['127.0.0.1.example.org', 'localhost.example.org', '128.0.0.1'])
    expect(complaint(`redis://${host}`)).toContain(`reach ${host} unencrypted`)
})

test.each(['', 'localhost', 'http://localhost', 'redis://', 'redis://localhost/name', 'redis://h:99999'])(
  '%j is answered with what is expected',
  url => {
    expect(complaint(url)).toContain('is not a URL like rediss://user@host:6379.')
  },
)

test('a password in the file is refused, and the sentence does not repeat it', () => {
  expect(complaint('rediss://easel:hunter2@r.example.org')).toContain(
    'secrets are taken from the environment',
  )
  expect(complaint('rediss://easel:hunter2@r.example.org/name')).not.toContain('hunter2')
})

test('a file of certificates that is not there is named', () => {
  const config = { url: 'rediss://r.example.org', allowedWithoutTls: [], caFile: '/nowhere/ca.pem' }
  expect(() => readRedisAddress(config, {})).toThrow('/nowhere/ca.pem')
})

function complaint(url: string, allowed: string[] = []): string {
  try {
    read(url, allowed)
  } catch (error) {
    if (error instanceof AppError) return errorSentence(en, error)
    throw error
  }
  return 'nothing'
}
