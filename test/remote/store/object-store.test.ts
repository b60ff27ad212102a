import { beforeEach, describe, expect, test } from 'vitest'
import { storeProblem } from '../../../src/remote/store/check-store.ts'
import { ObjectStore } from '../../../src/remote/store/object-store.ts'
import { systemClock, systemIds } from '../../../src/system/system-ports.ts'
import { FakeS3 } from '../../fakes/s3/fake-s3.ts'
import { freePort } from '../../helpers/processes/redis-server.ts'
import { fastClock } from '../../helpers/remote/remote-pair.ts'

/** Pauses of a second are over in a tenth of it, and requests may still take three. */
const clock = fastClock(10)
const bytes = Buffer.from('a picture')
const busy = { status: 503, code: 'SlowDown' }

let s3: FakeS3
let store: ObjectStore
beforeEach(async () => {
  s3 = await FakeS3.start()
  store = new ObjectStore(s3.address, clock)
})

function refused(doing: string, status: number, code: string) {
  return { code: 'store', details: { host: '127.0.0.1', problem: { what: 'refused', doing, status, code } } }
}

test('what is put is read again, and gone when it is deleted', async () => {
  await store.put('easel/session/0', bytes)
  expect(Buffer.from(await store.get('easel/session/0')).equals(bytes)).toBe(true)
  await store.delete('easel/session/0')
  await expect(store.get('easel/session/0')).rejects.toMatchObject(refused('read', 404, 'NoSuchKey'))
  await store.delete('easel/session/0')
})

test('a store that is busy is asked again, and not for ever', async () => {
  s3.refusals.push(busy, busy, busy)
  await store.put('a', bytes)
  expect(s3.served).toEqual(['PUT a'])
  s3.refusals.push(busy, busy, busy, busy)
  await expect(store.get('a')).rejects.toMatchObject(refused('read', 503, 'SlowDown'))
})

test.each([20, -20, 600])('clocks %i minutes apart are no fault', async minutes => {
  s3.aheadMs = minutes * 60_000
  await store.put('a', bytes)
  expect(Buffer.from(await store.get('a')).equals(bytes)).toBe(true)
  expect(s3.served).toEqual(['PUT a', 'GET a'])
})

test('an answer that ends in the middle is no object', async () => {
  await store.put('a', bytes)
  s3.cutsBodies = true
  await expect(store.get('a')).rejects.toMatchObject({
    code: 'store',
    details: { problem: { what: 'unreachable' } },
  })
})

test.each(['put', 'get'] as const)('a store that lets the time pass is not asked again: %s', async method => {
  s3.isSilent = true
  await expect(store[method]('a', bytes)).rejects.toMatchObject({
    details: { problem: { what: 'unreachable', code: 'ETIMEDOUT' } },
  })
  expect(s3.asked).toBe(1)
})

test('a store that does not answer is named with the system’s code', async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`
  const gone = new ObjectStore({ ...s3.address, endpoint }, clock)
  await expect(gone.put('a', bytes)).rejects.toMatchObject({
    details: { problem: { what: 'unreachable', code: 'ECONNREFUSED' } },
  })
})

describe('wrong keys are refused at once', () => {
  test.each([
    [{ secret: 'another' }, 403, 'SignatureDoesNotMatch'],
    [{ keyId: 'somebody' }, 403, 'InvalidAccessKeyId'],
    [{ region: 'us-east-1' }, 400, 'AuthorizationHeaderMalformed'],
    [{ bucket: 'other' }, 404, 'NoSuchBucket'],
  ])('%j', async (changes, status, code) => {
    const other = new ObjectStore({ ...s3.address, ...changes }, clock)
    await expect(other.put('a', bytes)).rejects.toMatchObject(refused('write', status, code))
    expect(s3.objects.size).toBe(0)
  })
})

test('the check writes, reads and deletes one object, and leaves nothing', async () => {
  expect(await storeProblem(store, 'easel', systemIds)).toBeUndefined()
  expect(s3.served.map(line => line.split(' ')[0])).toEqual(['PUT', 'GET', 'DELETE'])
  expect(s3.objects.size).toBe(0)
  const stranger = new ObjectStore({ ...s3.address, secret: 'another' }, systemClock)
  expect(await storeProblem(stranger, 'easel', systemIds)).toEqual({
    what: 'refused',
    doing: 'write',
    status: 403,
    code: 'SignatureDoesNotMatch',
  })
})
