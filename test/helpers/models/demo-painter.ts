/** The real engine with the demo model, opened once per test file. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import type { z } from 'zod'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import type { PaintHooks } from '../../../src/engine/pipeline/painter.ts'
import { type ModelReference, paintOrder, type WorkOrder, workOrder } from '../../../src/engine/work-order.ts'
import type { Pixels } from './picture-judges.ts'

const modelsDir = join(fileURLToPath(new URL('../../..', import.meta.url)), 'models')

export interface OpenDemo {
  paint(wish: { positive: string; seed: number }): Promise<Pixels>
  /** Any order for the Base, from 128×128, 20 steps of Euler at guidance 7; with the steps that were told. */
  paintOrder(
    changes: Partial<z.input<typeof paintOrder>>,
    sources?: Record<string, Uint8Array>,
  ): Promise<{ file: Uint8Array; told: number[] }>
  /** How the Refiner is named in an order. */
  readonly refiner: ModelReference
  /** The PNG, parameters and all. */
  paintFile(wish: { positive: string; seed: number }): Promise<Uint8Array>
  refine(
    picture: Uint8Array,
    wish: { positive: string; seed: number; aestheticScore: number },
  ): Promise<Pixels>
  close(): Promise<void>
}

export async function openDemo(): Promise<OpenDemo> {
  const { models } = await readModels({ roots: [modelsDir], linkTargets: [], cache: memoryHashCache() })
  const record = models.find(model => model.name === 'demo')
  if (!record?.refiner) throw new Error('the demo model with its Refiner is not in models/')
  const painter = await openPainter(
    { device: 'cpu', threads: 2, models, maxPixels: 1024 ** 2, version: 'Easel' },
    () => performance.now(),
  )
  const model = { name: record.name, hash: record.hash }
  const refiner = { name: record.name, hash: record.refiner.hash }

  const run = async (
    order: WorkOrder,
    sources: Record<string, Uint8Array> = {},
    told: number[] = [],
  ): Promise<Uint8Array> => {
    const outcome = await painter.paint(order, sources, hooksInto(told))
    const bytes = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
    if (!bytes) throw new Error('nothing was painted')
    return bytes
  }
  const paint: OpenDemo['paintOrder'] = async (changes, sources) => {
    const told: number[] = []
    const order = paintOrder.parse({
      kind: 'paint',
      model,
      prompt: { positive: 'a red circle on a blue background', negative: null },
      widthPx: 128,
      heightPx: 128,
      count: 1,
      seed: 7,
      sampling: { sampler: 'euler', steps: 20, guidance: 7 },
      ...changes,
    })
    return { file: await run(order, sources, told), told }
  }
  const paintFile = async ({ positive, seed }: { positive: string; seed: number }) =>
    (await paint({ prompt: { positive, negative: null }, seed })).file
  return {
    paintFile,
    paintOrder: paint,
    refiner,
    paint: async wish => pixelsOf(await paintFile(wish)),
    async refine(picture, wish) {
      const order = workOrder.parse({
        kind: 'refine',
        model: refiner,
        prompt: { positive: wish.positive, negative: null },
        widthPx: 128,
        heightPx: 128,
        seed: wish.seed,
        sampling: { sampler: 'euler', steps: 20, guidance: 3 },
        source: { pictureId: 'source', strength: 0.3 },
        aesthetic: { positive: wish.aestheticScore, negative: 2.5 },
      })
      return pixelsOf(await run(order, { source: picture }))
    },
    close: () => painter.close(),
  }
}

/** The pixels of any picture file. */
export async function pixelsOf(file: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}

function hooksInto(told: number[]): PaintHooks {
  return {
    signal: new AbortController().signal,
    onLoading: () => undefined,
    onStep: async step => void told.push(step),
  }
}
