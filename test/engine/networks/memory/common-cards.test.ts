/**
 * What graphics cards of common sizes do with SDXL at full size, by its counts: the table of docs/benchmarks.md. Nothing of it was
 * seen on such a card.
 */
import { expect, test } from 'vitest'
import { memoryProblem } from '../../../../src/app/checks/check-memory.ts'
import type { Precision } from '../../../../src/common/choices.ts'
import type { NetworkNeed } from '../../../../src/engine/networks/memory/working-memory.ts'
import { newGraph } from '../../../../src/engine/onnx/graph-variants.ts'
import { Residency } from '../../../../src/engine/onnx/memory/residency.ts'
import { Session } from '../../../../src/engine/onnx/session.ts'
import { budgetLevel } from '../../../../src/engine/pipeline/budget-level.ts'
import type { LowMemoryLevel } from '../../../../src/engine/pipeline/low-memory.ts'
import { readDemoRecord } from '../../../helpers/models/demo-record.ts'
import { asFullSize, fullSizeNeeds } from '../../../helpers/models/full-size.ts'
import { aCascadeOf, aSquareOf } from '../../../helpers/work-orders.ts'

const gib = 2 ** 30
/** Of a card's size, what its driver keeps, and what Easel leaves. */
const notUsableGib = 0.4 + 0.5

const demo = await readDemoRecord()
const [base, refiner] = [fullSizeNeeds('base'), fullSizeNeeds('refiner')]
const sdxl = asFullSize(demo)

type Which = 'Base' | 'cascade'

/** `refused`, or how it paints and which networks it opens again for each picture. */
async function outcomeOn(sizeGib: number, precision: Precision, which: Which, sidePx: number) {
  const device = 'cuda:0'
  const memoryBytes = (sizeGib - notUsableGib) * gib
  const order = which === 'cascade' ? aCascadeOf(sdxl, sidePx) : aSquareOf(sdxl, sidePx)
  if (memoryProblem([order], { models: [sdxl] }, [{ name: device, memoryBytes, memoryKind: precision }]))
    return 'refused'
  const level = budgetLevel(order, { models: [sdxl] }, { device, precision, memoryBytes }, 0)
  const residency = new Residency(device, memoryBytes)
  residency.isAlone = level === 2
  const again = await openedAgain(residency, networksOf(which, precision, level), sidePx ** 2)
  return [['all at once', 'VAE in tiles', 'row by row'][level], ...again].join(', ')
}

/** In the order in which they run. At the last level text encoders are on the CPU. */
function networksOf(which: Which, precision: Precision, level: LowMemoryLevel) {
  const [text1, text2, unet, decoder] = base
  const named: [string, NetworkNeed | undefined][] = [
    ['text 1', level < 2 ? text1 : undefined],
    ['text 2', level < 2 ? text2 : undefined],
    ['Base', unet],
    ['Refiner', which === 'cascade' ? refiner[1] : undefined],
    ['VAE', decoder],
  ]
  return named.flatMap(([name, need]) => (need ? [{ name, ...need.onCard[precision][level] }] : []))
}

/** The networks that the third picture opens. */
async function openedAgain(
  residency: Residency,
  networks: ReturnType<typeof networksOf>,
  pixels: number,
): Promise<string[]> {
  let opened: string[] = []
  // What is too large for a VAE at once comes to it in tiles of its training size.
  const pixelsAtOnce = (most: number) => (pixels > most ? 1024 ** 2 : pixels)
  const runs = networks.map(({ name, bytesPerPixel, maxPixels = pixels, ...memory }) => ({
    session: residency.session(name, memory, () => {
      opened.push(name)
      return trivialSession()
    }),
    workingBytes: bytesPerPixel * pixelsAtOnce(maxPixels),
  }))
  for (let count = 0; count < 3; count++) {
    opened = []
    for (const { session, workingBytes } of runs) {
      await session.run({ x: { data: Float32Array.of(1), shape: [1] } }, 'y', workingBytes)
    }
  }
  for (const { session } of runs) await session.close()
  return opened
}

function trivialSession(): Promise<Session> {
  const g = newGraph('trivial')
  const x = g.input('x', 'F32', [1])
  g.output('y', g.add(x, x))
  return Session.open('trivial', g.build())
}

const cards = [8, 12, 16, 24] as const

test.each([
  [
    'float16',
    'Base',
    1024,
    ['all at once, text 1, Base, VAE', 'all at once, text 1, text 2, VAE', 'all at once', 'all at once'],
  ],
  [
    'float16',
    'Base',
    1536,
    ['VAE in tiles, text 1, text 2, Base, VAE', 'all at once, Base, VAE', 'all at once', 'all at once'],
  ],
  [
    'float16',
    'Base',
    2048,
    ['row by row, Base, VAE', 'all at once, Base, VAE', 'all at once, Base, VAE', 'all at once'],
  ],
  [
    'float16',
    'cascade',
    1024,
    [
      'all at once, text 1, Base, Refiner, VAE',
      'all at once, text 2, Base, Refiner, VAE',
      'all at once, Refiner, VAE',
      'all at once',
    ],
  ],
  [
    'float16',
    'cascade',
    2048,
    [
      'row by row, Base, Refiner, VAE',
      'all at once, Base, Refiner, VAE',
      'all at once, Base, Refiner, VAE',
      'all at once, Refiner, VAE',
    ],
  ],
  ['float32', 'Base', 1024, ['refused', 'row by row, Base, VAE', 'all at once, Base, VAE', 'all at once']],
  ['float32', 'Base', 2048, ['refused', 'refused', 'row by row, Base, VAE', 'all at once, Base, VAE']],
  [
    'float32',
    'cascade',
    1024,
    [
      'refused',
      'row by row, Base, Refiner, VAE',
      'all at once, Base, Refiner, VAE',
      'all at once, Base, Refiner',
    ],
  ],
  [
    'float32',
    'cascade',
    2048,
    ['refused', 'refused', 'row by row, Base, Refiner, VAE', 'all at once, Base, Refiner, VAE'],
  ],
] as const)('%s, %s, %d px on 8, 12, 16 and 24 GiB: %j', async (precision, which, sidePx, expected) => {
  expect(await Promise.all(cards.map(size => outcomeOn(size, precision, which, sidePx)))).toEqual(expected)
})
