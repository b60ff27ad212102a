import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { type PaintOrder, workOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { admitted } from '../../helpers/admitted.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'

const source = { id: 'picture', widthPx: 200, heightPx: 128 }
const mask = { ...source, id: 'mask' }
const masked = admitted({ source, mask })

function resolved(request: Partial<ImagineRequest>, changes: Partial<ResolveContext>) {
  const config = loadConfig(packageRoot, packageRoot)
  const context = { catalogue: { models: [demoModel], files: [] }, config, settings: {}, seed: 1 }
  return resolve({ prompt: 'a cat', ...request }, { ...context, ...changes })
}

function orderOf(request: Partial<ImagineRequest>, changes: Partial<ResolveContext> = masked): PaintOrder {
  const outcome = resolved(request, changes)
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.problems))
  workOrder.parse(outcome.order)
  return outcome.order
}

function said(request: Partial<ImagineRequest>, changes: Partial<ResolveContext> = masked) {
  const outcome = resolved(request, changes)
  const problems = outcome.kind === 'refused' ? outcome.problems : outcome.notices
  for (const one of problems) expect(problemSentence(zhCn, one)).toMatch(/。$/)
  return { kind: outcome.kind, sentences: problems.map(one => problemSentence(en, one)) }
}

describe('under a mask', () => {
  test('the kept region is pasted back with a soft edge of a few pixels by default', () => {
    expect(orderOf({}).source).toEqual({
      pictureId: 'picture',
      strength: 0.9,
      maskId: 'mask',
      inpainting: { softEdgePx: 4 },
    })
    expect(orderOf({ softEdgePx: 0 }).source?.inpainting).toEqual({ softEdgePx: 0 })
    expect(orderOf({ pasteBack: false }).source).not.toHaveProperty('inpainting')
  })

  test('only the masked part: the result has the source’s size, the part that which was asked for', () => {
    const order = orderOf({ onlyMasked: 16, size: { widthPx: 64, heightPx: 128 } })
    expect(order).toMatchObject({ widthPx: 200, heightPx: 128 })
    expect(order.source?.inpainting).toEqual({
      softEdgePx: 4,
      onlyMasked: { paddingPx: 16, widthPx: 64, heightPx: 128 },
    })
  })

  test('only the masked part, without a size: as large as the model likes best', () => {
    const photo = { id: 'picture', widthPx: 4000, heightPx: 3001 }
    const order = orderOf({ onlyMasked: 32 }, admitted({ source: photo, mask: { ...photo, id: 'mask' } }))
    expect(order).toMatchObject({ widthPx: 4000, heightPx: 3001 })
    expect(order.source?.inpainting?.onlyMasked).toEqual({ paddingPx: 32, widthPx: 128, heightPx: 128 })
  })

  test.each<Partial<ImagineRequest>>([
    {},
    { pasteBack: false },
    { softEdgePx: 12, strength: 0.5 },
    { onlyMasked: 8, size: { widthPx: 64, heightPx: 64 } },
  ])('its order comes back from its request: %j', request => {
    const order = orderOf(request)
    const again = requestOf({ order })
    expect(again && orderOf(again)).toEqual(order)
  })
})

describe('is done, and said in one sentence how', () => {
  test('a mask of another size', () => {
    expect(said({}, admitted({ source, mask: { ...mask, widthPx: 64 } }))).toEqual({
      kind: 'order',
      sentences: ['The mask of 64×128 was stretched over the picture of 200×128.'],
    })
  })

  test('a picture that was too large, once wherever it is used', () => {
    const large = { ...source, shrunkFrom: { widthPx: 10_000, heightPx: 6400 } }
    expect(said({}, admitted({ source: large, 'prompt 0': large }))).toEqual({
      kind: 'order',
      sentences: ['The picture of 10000×6400 was made smaller, to 200×128.'],
    })
  })

  test('a mask as large as its picture was, however each was made smaller', () => {
    const from = { widthPx: 10_000, heightPx: 6400 }
    const { sentences } = said(
      {},
      admitted({
        source: { ...source, shrunkFrom: from },
        mask: { ...mask, widthPx: 199, shrunkFrom: from },
      }),
    )
    expect(sentences).toEqual([
      'The picture of 10000×6400 was made smaller, to 200×128.',
      'The picture of 10000×6400 was made smaller, to 199×128.',
    ])
  })
})

describe('is refused with one sentence', () => {
  test.each<[string, Partial<ImagineRequest>, string]>([
    ['only the masked part', { onlyMasked: 32 }, '--only-masked needs a mask.'],
    ['a soft edge', { softEdgePx: 2 }, '--soft-edge needs a mask.'],
    ['paste back', { pasteBack: false }, '--paste-back needs a mask.'],
  ])('%s without a mask', (_, request, sentence) => {
    expect(said(request, admitted({ source }))).toEqual({ kind: 'refused', sentences: [sentence] })
  })

  test('a soft edge beyond reason', () => {
    expect(said({ softEdgePx: 65 })).toEqual({
      kind: 'refused',
      sentences: ['soft-edge is 65, but must be from 0 to 64.'],
    })
  })
})
