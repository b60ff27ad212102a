/** What is measured: the painter that workers use, over a model folder, with a meter around every call of the runtime. */

import { memoryHashCache } from '../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../src/engine/models/library.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { openPainter } from '../../src/engine/pipeline/open-painter.ts'
import type { Painter } from '../../src/engine/pipeline/painter.ts'
import { type PaintOrder, paintOrder } from '../../src/engine/work-order.ts'
import { withWeights } from '../../src/startup/model-weights.ts'

export interface Subject {
  readonly record: ModelRecord
  /** An order with what the benchmark's settings leave open: 20 steps of Euler, guidance 7, the model's own size. */
  order(changes?: Partial<PaintOrder>): PaintOrder
  paint(order: PaintOrder): Promise<Painting>
  close(): Promise<void>
}

/** One picture and where its time went. */
export interface Painting {
  readonly bytes: Uint8Array
  readonly totalMs: number
  /** Inside the runtime's own `run`. */
  readonly insideMs: number
  /** By phase: text, steps, decode, file … */
  readonly timings: Readonly<Record<string, number>>
  readonly previews: number
}

export interface SubjectOptions {
  readonly modelsDir: string
  readonly model: string
  readonly device: string
  readonly threads: number
  /** The painter's clock; previews follow it. */
  readonly clockMs?: () => number
  /** The folder for weights in 8 bits; absent: weights as the model has them. */
  readonly int8Folder?: string
}

/** @throws Error naming the models that there are, should that one be missing. */
export async function openSubject(options: SubjectOptions): Promise<Subject> {
  const read = await readModels({ roots: [options.modelsDir], linkTargets: [], cache: memoryHashCache() })
  const { int8Folder } = options
  const { models } =
    int8Folder === undefined
      ? read
      : await withWeights(read, { [options.model]: { weights: 'int8' } }, int8Folder)
  const record = models.find(({ name }) => name === options.model)
  if (!record) {
    throw new Error(`no model ${options.model} among ${models.map(({ name }) => name).join(', ') || 'none'}`)
  }
  const meter = { insideMs: 0 }
  const { device, threads } = options
  const painter = await openPainter(
    { device, threads, models, maxPixels: 1024 ** 2, version: 'Easel' },
    options.clockMs ?? (() => performance.now()),
    async (_, call) => {
      const startMs = performance.now()
      try {
        return await call()
      } finally {
        meter.insideMs += performance.now() - startMs
      }
    },
  )
  return {
    record,
    order: (changes = {}) =>
      paintOrder.parse({
        kind: 'paint',
        model: { name: record.name, hash: record.hash },
        prompt: { positive: 'a red circle on a blue background', negative: null },
        widthPx: record.nativeSidePx,
        heightPx: record.nativeSidePx,
        count: 1,
        seed: 7,
        sampling: { sampler: 'euler', steps: 20, guidance: 7 },
        ...changes,
      }),
    paint: order => paint(painter, order, meter),
    close: () => painter.close(),
  }
}

async function paint(painter: Painter, order: PaintOrder, meter: { insideMs: number }): Promise<Painting> {
  let previews = 0
  const before = meter.insideMs
  const startMs = performance.now()
  const outcome = await painter.paint(
    order,
    {},
    {
      signal: new AbortController().signal,
      onLoading: () => undefined,
      onStep: async (_step, _steps, preview) => {
        if (preview) previews += 1
      },
    },
  )
  const totalMs = performance.now() - startMs
  const bytes = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
  if (outcome.kind !== 'painted' || !bytes) throw new Error('nothing was painted')
  return { bytes, totalMs, insideMs: meter.insideMs - before, timings: outcome.timings, previews }
}
