/** Promises of the painter that need no particular picture: what can be exchanged, what is kept. */
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { recipeOf } from '../../../src/engine/image/parameters/parameters.ts'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import type { Upscaler } from '../../../src/engine/image/upscale.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { Residency } from '../../../src/engine/onnx/memory/residency.ts'
import type { RunInterceptor } from '../../../src/engine/onnx/session.ts'
import type { LowMemoryLevel } from '../../../src/engine/pipeline/low-memory.ts'
import { ModelCache } from '../../../src/engine/pipeline/open/model-cache.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { readDemoRecord } from '../../helpers/models/demo-record.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const hooks = { signal: new AbortController().signal, onLoading: () => {}, onStep: async () => {} }

test('another upscaler can take the place of resampling, and the picture names it', async () => {
  const upscaler: Upscaler = {
    name: 'Net ×4',
    upscale: async ({ widthPx, heightPx }, factor) => ({
      widthPx: widthPx * factor,
      heightPx: heightPx * factor,
      data: new Uint8Array(3 * widthPx * heightPx * factor ** 2).fill(200),
    }),
  }
  const setup = { device: 'cpu', threads: 1, models: [], maxPixels: 1024 ** 2, version: 'Easel' }
  const painter = await openPainter(setup, () => performance.now(), undefined, upscaler)
  const one = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const order = {
    kind: 'upscale',
    source: { pictureId: 'one' },
    factor: 4,
    widthPx: 32,
    heightPx: 32,
  } as const
  const outcome = await painter.paint(order, { one }, hooks)
  await painter.close()
  const bytes = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
  if (!bytes) throw new Error('nothing was made')
  expect([
    ...(await sharp(bytes).extract({ left: 31, top: 31, width: 1, height: 1 }).raw().toBuffer()),
  ]).toEqual([200, 200, 200])
  const { parameters } = readProvenance(bytes) ?? {}
  expect(parameters?.extra.get('Postprocess upscaler')).toBe('Net ×4')
  expect(parameters && recipeOf(parameters)).toBeUndefined()
})

test('an order is painted at the low-memory level that its budget asks for', async () => {
  const demo = await readDemoRecord()
  const setup = {
    device: 'cpu',
    threads: 2,
    models: [demo],
    memoryBytes: 5e9,
    maxPixels: 1024 ** 2,
    version: 'Easel',
  }
  const order = aPaintOrder({
    model: { name: demo.name, hash: demo.hash },
    widthPx: 64,
    heightPx: 64,
    count: 1,
  })
  const callsAt = async (level: LowMemoryLevel) => {
    const asked: unknown[] = []
    let calls = 0
    const count: RunInterceptor = (graph, call) => {
      if (graph === 'unet') calls += 1
      return call()
    }
    const painter = await openPainter(
      setup,
      () => 0,
      count,
      undefined,
      (_, __, budget, least) => {
        asked.push({ ...budget, least })
        return level
      },
    )
    await painter.paint(order, {}, { ...hooks, lowMemoryLevel: 1 })
    await painter.close()
    expect(asked).toEqual([{ device: 'cpu', precision: 'float32', memoryBytes: 5e9, least: 1 }])
    return calls
  }
  // Row by row, with and without the prompt.
  expect(await callsAt(2)).toBe(2 * (await callsAt(1)))
})

test.each([0, 1, 2] as const)(
  'a painter whose memory runs out says that it painted at level %d, as its budget asked',
  async level => {
    const demo = await readDemoRecord()
    const setup = { device: 'cpu', threads: 1, models: [demo], maxPixels: 1024 ** 2, version: 'Easel' }
    const runtimes = new Error('Failed to allocate memory for requested buffer')
    const runsOut: RunInterceptor = () => {
      throw runtimes
    }
    const painter = await openPainter(
      setup,
      () => 0,
      runsOut,
      undefined,
      () => level,
    )
    const order = aPaintOrder({ model: { name: demo.name, hash: demo.hash }, widthPx: 64, heightPx: 64 })
    await expect(painter.paint(order, {}, hooks)).rejects.toMatchObject({
      code: 'out-of-memory',
      details: { device: 'cpu', lowMemoryLevel: level },
      cause: runtimes,
    })
    await painter.close()
  },
)

test("a model's preview matrix is fitted once, also when the model leaves the cache and comes back", async () => {
  const { models } = await readModels({
    roots: [`${packageRoot}/models`],
    linkTargets: [],
    cache: memoryHashCache(),
  })
  const [demo] = models
  if (!demo) throw new Error('the demo model is not in models/')
  const other = { ...demo, name: 'other', hash: 'other-hash', refiner: undefined }
  const residency = new Residency()
  const cache = new ModelCache([demo, other], [], { threads: 2, device: 'cpu', residency })
  let loads = 0
  residency.opening = open => {
    loads += 1
    return open()
  }
  const open = ({ name, hash }: typeof other) => cache.open({ name, hash }, [], () => {})
  const first = await open({ ...demo, refiner: undefined })
  await open(other)
  const again = await open({ ...demo, refiner: undefined })
  await cache.close()
  // Fitting it takes the VAE's decoder, which both models have the same of.
  expect(loads).toBe(1)
  expect(residency.open).toEqual([])
  expect(again.previewMatrix).toBe(first.previewMatrix)
})
