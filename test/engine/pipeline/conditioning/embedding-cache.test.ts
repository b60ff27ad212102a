import { describe, expect, test } from 'vitest'
import { EmbeddingCache } from '../../../../src/engine/pipeline/conditioning/embedding-cache.ts'

const embedding = { context: Float32Array.of(1), tokens: 1, pooled: Float32Array.of(2) }

function counting() {
  const encoded: string[] = []
  const cache = new EmbeddingCache(2)
  const ask = (key: string) =>
    cache.get([key], async () => {
      encoded.push(key)
      return embedding
    })
  return { encoded, ask }
}

describe('EmbeddingCache', () => {
  test('encodes a prompt once', async () => {
    const { encoded, ask } = counting()
    expect(await ask('a')).toBe(await ask('a'))
    expect(encoded).toEqual(['a'])
  })

  test('forgets what was used longest ago', async () => {
    const { encoded, ask } = counting()
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key)
    expect(encoded).toEqual(['a', 'b', 'c', 'b'])
  })

  test('keeps no failure', async () => {
    const cache = new EmbeddingCache(2)
    await expect(cache.get(['a'], () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory')
    expect(await cache.get(['a'], async () => embedding)).toBe(embedding)
  })
})
