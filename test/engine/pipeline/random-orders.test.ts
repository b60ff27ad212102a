/** Whatever valid order comes: it is painted to its size without a number that is none, and twice to the same bytes. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import type { PaintedPicture, Painter } from '../../../src/engine/pipeline/painter.ts'
import {
  countOf,
  type FileReference,
  sourcesOf,
  type WorkOrder,
  workOrder,
} from '../../../src/engine/work-order.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { buildTinyAddOns, readTinyAddOns } from '../../helpers/models/tiny-add-ons.ts'
import { aNoisyPicture, aPicture } from '../../helpers/pictures/pictures.ts'
import { anyOrder, loraNames } from './arbitrary-orders.ts'

/** More in the long form. */
const orders = Number(process.env.EASEL_ORDERS) || 80

/** Of the golden numbers, under its name as its hash. */
function loraRecord(name: string): FileRecord {
  const path = fileURLToPath(new URL(`../../golden/oracle-2/lora/${name}.safetensors`, import.meta.url))
  const storage = { layout: 'file' as const, path, bytes: 0, dtypes: [] }
  return { kind: 'lora', name, family: 'SDXL', hash: name, storage }
}

let folder: string
let painter: Painter
let record: ModelRecord
let referenceTo: (file: string) => FileReference
let sources: Record<string, Uint8Array>
/** Graphs that gave something that is no finite number. */
const unsound = new Set<string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-orders-'))
  const golden = await goldenFolder('oracle').models()
  for (const half of ['base', 'refiner']) {
    cpSync(join(golden, `tiny-${half}`), join(folder, 'models/tiny', half), { recursive: true })
  }
  const { models } = await readModels({
    roots: [join(folder, 'models')],
    linkTargets: [],
    cache: memoryHashCache(),
  })
  const [tiny] = models
  if (!tiny?.refiner) throw new Error('the tiny model has no Refiner')
  record = tiny
  sources = {
    noise: (await encodePicture(aNoisyPicture(90, 64), 'png', undefined)).bytes,
    waves: (await encodePicture(aPicture(64, 96), 'jpeg', undefined)).bytes,
    mask: (await encodePicture(aNoisyPicture(33, 40), 'webp', undefined)).bytes,
  }
  await buildTinyAddOns(join(folder, 'add-ons'))
  const files = [...(await readTinyAddOns(join(folder, 'add-ons'))), ...loraNames.map(loraRecord)]
  referenceTo = name => ({ name, hash: files.find(file => file.name === name)?.hash ?? '' })
  painter = await openPainter(
    {
      device: 'cpu',
      threads: 1,
      models,
      files,
      maxPixels: 1024 ** 2,
      version: 'Easel',
    },
    () => 0,
    async (graph, call) => {
      const result = await call()
      for (const tensor of Object.values(Object(result))) {
        const data: unknown = Object(tensor).data
        if (data instanceof Float32Array && !data.every(Number.isFinite)) unsound.add(graph)
      }
      return result
    },
  )
})
afterAll(async () => {
  await painter?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What was painted, and the steps that were told. */
async function run(
  order: WorkOrder,
): Promise<{ pictures: readonly PaintedPicture[]; told: [number, number][] }> {
  const told: [number, number][] = []
  const needed = Object.fromEntries(sourcesOf(order).map(id => [id, sources[id] ?? new Uint8Array()]))
  const outcome = await painter.paint(order, needed, {
    signal: new AbortController().signal,
    onLoading: () => undefined,
    onStep: async (step, steps) => void told.push([step, steps]),
  })
  return { pictures: outcome.kind === 'painted' ? outcome.pictures : [], told }
}

test(`${orders} random orders`, { timeout: 3_600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyOrder({ record, referenceTo }), async wish => {
      const order = workOrder.parse(wish)
      const first = await run(order)
      expect(first.pictures).toHaveLength(countOf(order))
      for (const { widthPx, heightPx } of first.pictures) {
        expect([widthPx, heightPx]).toEqual([order.widthPx, order.heightPx])
      }
      expect([...unsound], 'graphs that gave no finite numbers').toEqual([])
      // Every step is told once and in order, up to the last.
      const steps = first.told[0]?.[1] ?? 0
      expect(first.told).toEqual(Array.from({ length: steps }, (_, i) => [i + 1, steps]))
      const again = await run(order)
      for (const [i, { bytes }] of again.pictures.entries()) {
        expect(Buffer.compare(bytes, first.pictures[i]?.bytes ?? new Uint8Array())).toBe(0)
      }
    }),
    // Others at every run, unless SEED names them; a failure prints it.
    { numRuns: orders, seed: Number(process.env.SEED) || Date.now() % 2 ** 31, verbose: 1 },
  )
})
