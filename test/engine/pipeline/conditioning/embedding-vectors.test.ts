import { expect, test } from 'vitest'
import { EmbeddingVectors } from '../../../../src/engine/pipeline/conditioning/embedding-vectors.ts'

const storage = { layout: 'file' as const, path: '/nowhere', bytes: 0, dtypes: [] }
const record = { kind: 'embedding' as const, name: 'cat', family: 'SDXL', hash: 'new', storage }

test.each([
  ['another hash', { file: 'cat', hash: 'old', tensor: 'emb_params' }],
  ['a file that is gone', { file: 'dog', hash: 'new', tensor: 'emb_params' }],
])('an order with %s is not painted with something else', async (_, part) => {
  const vectors = new EmbeddingVectors([record])
  await expect(vectors.of([{ name: 'cat', parts: [part] }], { first: 64, second: 128 })).rejects.toThrow(
    expect.objectContaining({ code: 'model-changed', details: { name: part.file } }),
  )
})
