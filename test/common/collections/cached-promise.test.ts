/** Promises of the cache of promises: one creation for each key, and no kept failure. */
import { expect, test } from 'vitest'
import { cachedPromise } from '../../../src/common/collections/cached-promise.ts'

test('two requests for one key share one promise', () => {
  const cache = new Map<string, Promise<number>>()
  const first = cachedPromise(cache, 'a', async () => 1)
  expect(cachedPromise(cache, 'a', async () => 2)).toBe(first)
  expect(cachedPromise(cache, 'b', async () => 3)).not.toBe(first)
})

test('a failure is not kept: the next request creates the value again', async () => {
  const cache = new Map<string, Promise<number>>()
  const fail = () => Promise.reject(new Error('unreadable'))
  await expect(cachedPromise(cache, 'a', fail)).rejects.toThrow('unreadable')
  expect(await cachedPromise(cache, 'a', async () => 1)).toBe(1)
})
