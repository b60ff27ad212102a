/** Embeddings, marks in prompts and VAEs that a request names. */
import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { resolve } from '../../../src/app/resolve/resolve.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { workOrder } from '../../../src/engine/work-order.ts'
import { fakeExpertParts, fakeStorage } from '../../fakes/fake-models.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'
import { config, context, lone, orderOf, problemsOf } from './resolve-setup.ts'

describe('a VAE in place of the model’s own', () => {
  const vae = (name: string, config: object): FileRecord => ({
    kind: 'vae',
    name,
    family: 'SDXL',
    hash: `${name}-hash`,
    storage: fakeStorage,
    vae: { ...fakeExpertParts.networks.vae, config: { ...config } },
  })
  const files = [vae('Fixed', {}), vae('wide', { latent_channels: 16 })]
  const catalogue = { models: [demoModel], files }

  test('is in the order with its hash, for the Refiner too', () => {
    const order = orderOf({ vae: 'fixed', refine: true }, { catalogue })
    const expected = { name: 'Fixed', hash: 'Fixed-hash' }
    expect(order.model.vae).toEqual(expected)
    expect(order.refinement?.model.vae).toEqual(expected)
  })

  test('that does not exist or has other latents is refused with the existing names', () => {
    expect(problemsOf({ vae: 'fixd' }, { catalogue })).toEqual([
      { code: 'vae-unknown', details: { name: 'fixd', known: ['Fixed'] } },
    ])
    expect(problemsOf({ vae: 'wide' }, { catalogue })).toEqual([
      { code: 'vae-unfit', details: { vae: 'wide', model: 'demo', found: 16, expected: 4 } },
    ])
    expect(problemsOf({ vae: 'fixed' })).toMatchObject([{ code: 'vae-unknown', details: { known: [] } }])
  })
})

describe('embeddings', () => {
  const parts = [
    { tensor: 'clip_l', vectors: 1, width: 64, encoder: 'first' as const },
    { tensor: 'clip_g', vectors: 1, width: 128, encoder: 'second' as const },
  ]
  const storage = { layout: 'file' as const, path: '/nowhere', bytes: 0, dtypes: [] }
  const record = { kind: 'embedding' as const, name: 'my-cat', family: 'SDXL', hash: 'cat-hash', storage }
  const files = [
    { ...record, embedding: parts },
    { ...record, name: 'wide-cat', embedding: [{ tensor: 'emb_params', vectors: 1, width: 768 }] },
  ]
  const narrow = { ...lone, name: 'narrow', textWidths: { first: 64, second: 128 } }
  const catalogue = { models: [narrow], files }
  const asked = (request: Partial<ImagineRequest>) =>
    resolve({ prompt: 'a photo', model: 'narrow', ...request }, context({ catalogue }))

  test('that the prompts name are part of the order, with their hashes', () => {
    const resolved = asked({ prompt: 'a photo of my-cat', negative: 'my-cat' })
    if (resolved.kind === 'refused') expect.fail(JSON.stringify(resolved.problems))
    expect(workOrder.parse(resolved.order)).toMatchObject({
      prompt: {
        embeddings: [
          {
            name: 'my-cat',
            parts: [
              { file: 'my-cat', hash: 'cat-hash', tensor: 'clip_l' },
              { file: 'my-cat', hash: 'cat-hash', tensor: 'clip_g' },
            ],
          },
        ],
      },
    })
    expect(asked({ prompt: 'a dog' })).toMatchObject({ order: { prompt: { embeddings: undefined } } })
  })

  test('of another width are refused with both', () => {
    expect(asked({ prompt: 'wide-cat' })).toMatchObject({
      problems: [{ code: 'embedding-width', details: { name: 'wide-cat', width: 768, expected: [64, 128] } }],
    })
  })

  test('that are none are refused with the nearest', () => {
    expect(asked({ prompt: 'embedding:my-cart' })).toMatchObject({
      problems: [{ code: 'embedding-unknown', details: { name: 'my-cart', nearest: ['my-cat'] } }],
    })
  })
})

describe('marks in prompts', () => {
  const noticesOf = (request: Partial<ImagineRequest>) => {
    const resolved = resolve({ prompt: 'a cat', ...request }, context())
    return resolved.kind === 'order' ? resolved.notices : resolved.problems
  }

  test('are read by the configured rule unless the request names one', () => {
    expect(orderOf({}).prompt.syntax).toBe('a1111')
    const comfy = { config: { ...config, prompts: 'comfyui' as const } }
    expect(orderOf({}, comfy).prompt.syntax).toBe('comfyui')
    expect(orderOf({ syntax: 'easel' }, comfy).prompt.syntax).toBe('easel')
  })

  test.each([
    [{ prompt: 'a cat AND a dog' }, 'prompt-foreign'],
    [{ prompt: 'cat::2 dog' }, 'prompt-foreign'],
    [{ prompt: 'a cat --v 6' }, 'prompt-foreign'],
    [{ prompt: '<hypernet:pixel:0.8> a cat' }, 'network-unused'],
    [{ prompt: '[cat:dog:0.5]', syntax: 'comfyui' as const }, 'prompt-foreign'],
    [{ prompt: 'red BREAK blue', syntax: 'comfyui' as const }, 'prompt-foreign'],
  ])('that mean nothing here are remarked on: %o', (request, code) => {
    expect(noticesOf(request)).toMatchObject([{ code }])
  })

  test.each(['red circle BREAK blue background', '[cat:dog:0.5]', '[cat|dog]', '(cat:1.2) [dog]'])(
    'of A1111 need no word: %s',
    prompt => expect(noticesOf({ prompt })).toEqual([]),
  )

  test.each(['a1111', 'comfyui', 'easel'] as const)('come back from an order of %s', syntax => {
    const order = orderOf({ prompt: 'a (red:1.2) cat', syntax })
    const again = requestOf({ order })
    expect(again && orderOf(again)).toEqual(order)
  })
})
