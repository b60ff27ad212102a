/** A cascade in less memory than its networks take together: they take turns, and no byte of a picture changes. */
import { expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { checkModel } from '../../../src/engine/pipeline/check-model.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import type { Refinement } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const { models } = await readModels({
  roots: [`${packageRoot}/models`],
  linkTargets: [],
  cache: memoryHashCache(),
})
const [demo] = models
if (!demo?.refiner) throw new Error('the demo model has no Refiner')
const { refiner } = demo

const common = { model: { name: demo.name, hash: refiner.hash }, guidance: 3 }
const aesthetic = { positive: 6, negative: 2.5 }
const ways: Refinement[] = [
  { way: 'ensemble', split: 0.5, aesthetic, ...common },
  { way: 'after', steps: 4, strength: 0.5, aesthetic, ...common },
]

/** Two pictures, painted twice by one painter, and how many networks were loaded for each time. */
async function paintTwice(refinement: Refinement, memoryBytes?: number) {
  const setup = { device: 'cpu', threads: 2, models, memoryBytes, maxPixels: 1024 ** 2, version: 'Easel' }
  const painter = await openPainter(setup, () => performance.now())
  const loads: number[] = []
  const pictures: Uint8Array[] = []
  for (let time = 0; time < 2; time++) {
    let count = 0
    const hooks = {
      signal: new AbortController().signal,
      onLoading: () => void count++,
      onStep: async () => {},
    }
    const order = aPaintOrder({
      model: { name: demo?.name ?? '', hash: demo?.hash ?? '' },
      count: 2,
      refinement,
    })
    const outcome = await painter.paint(order, {}, hooks)
    if (outcome.kind === 'painted') pictures.push(...outcome.pictures.map(({ bytes }) => bytes))
    loads.push(count)
  }
  await painter.close()
  return { loads, pictures }
}

test.each(ways)('a set that is refined ($way)', async refinement => {
  const needs = [...(await checkModel(demo.parts)), ...(await checkModel(refiner.parts))]
  const pixels = 128 ** 2
  const leastBytes = Math.max(
    ...needs.map(need => Math.max(need.openingBytes, need.weightBytes + need.bytesPerPixel * pixels)),
  )
  const roomy = await paintTwice(refinement)
  const narrow = await paintTwice(refinement, leastBytes)
  expect(roomy.pictures).toHaveLength(4)
  expect(narrow.pictures).toEqual(roomy.pictures)
  // With room nothing is loaded twice. Without, both experts are loaded for each set, and once for both of its pictures.
  expect(roomy.loads[1]).toBe(0)
  expect(narrow.loads[1]).toBeGreaterThanOrEqual(2)
  expect(narrow.loads[1]).toBeLessThanOrEqual(narrow.loads[0] ?? 0)
})
