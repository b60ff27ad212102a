import { expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { readStoreAddress } from '../../../src/remote/store/store-address.ts'

const none: Config['remote']['store'] = {
  endpoint: '',
  bucket: 'easel',
  region: 'us-east-1',
  allowedWithoutTls: [],
}
const secrets = { storeKeyId: 'id', storeSecret: 'secret' }
const read = (changes: Partial<typeof none>, given = secrets) =>
  readStoreAddress({ ...none, ...changes }, given)

test('no endpoint means no store', () => {
  expect(read({})).toBeUndefined()
})

test('an endpoint with TLS, or on this machine, or allowed by name, is used', () => {
  const endpoint = 'https://s3.example.org/'
  expect(read({ endpoint })).toMatchObject({ endpoint: 'https://s3.example.org', host: 's3.example.org' })
  expect(read({ endpoint: 'http://localhost:9000' })).toMatchObject({ host: 'localhost' })
  expect(read({ endpoint: 'http://minio:9000', allowedWithoutTls: ['minio'] })).toMatchObject({
    host: 'minio',
  })
})

test.each([
  [{ endpoint: 'http://minio:9000' }, secrets, 'remote.store.endpoint', 'without-tls'],
  [{ endpoint: 'https://me:word@s3.example.org' }, secrets, 'remote.store.endpoint', 'secret'],
  [{ endpoint: 's3.example.org' }, secrets, 'remote.store.endpoint', 'format'],
  [{ endpoint: 'ftp://s3.example.org' }, secrets, 'remote.store.endpoint', 'format'],
  [{ endpoint: 'https://s3.example.org', bucket: '' }, secrets, 'remote.store.bucket', 'not-set'],
  [{ endpoint: 'https://s3.example.org' }, { ...secrets, storeSecret: '' }, 'EASEL_STORE_SECRET', 'not-set'],
])('refused: %j', (changes, given, key, what) => {
  expect(() => read(changes, given)).toThrow(
    expect.objectContaining({ details: { key, problem: expect.objectContaining({ what }) } }),
  )
})
