/** Whole pictures at full size: the cascade in both ways, and what a LoRA costs when it is merged for the first time. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/config.ts'
import { memoryBudgetBytes } from '../../../src/devices/memory-budget.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { planNetworks } from '../../../src/engine/networks/plan/plan.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import { type PaintOrder, paintOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { randomHalves } from '../../full-size/random-weights.ts'
import { writeWeights } from '../../full-size/write-weights.ts'
import { elapsedMs } from '../measure.ts'
import { peakBytes, recordIn, type SceneFigures } from './subject.ts'

const sidePx = 512
const steps = 2
const rank = 8
const common = { guidance: 5, aesthetic: { positive: 6, negative: 2.5 } }

/** What an order has besides the common settings, and the files that it names. */
interface Additions {
  readonly changes: Pick<Partial<PaintOrder>, 'refinement' | 'loras'>
  readonly files?: readonly FileRecord[]
}
type Add = (record: ModelRecord, folder: string) => Promise<Additions>

export const pictures: Readonly<Record<string, { readonly label: string; readonly add: Add }>> = {
  'picture-ensemble': {
    label: `picture, ${sidePx} px, ${steps} steps, ensemble`,
    add: async record => ({
      changes: { refinement: { way: 'ensemble', model: refinerOf(record), split: 0.5, ...common } },
    }),
  },
  'picture-after': {
    label: `picture, ${sidePx} px, ${steps} steps, ${steps} of the Refiner after`,
    add: async record => ({
      changes: {
        refinement: { way: 'after', model: refinerOf(record), strength: 0.5, steps: 2 * steps, ...common },
      },
    }),
  },
  'picture-lora': {
    label: `picture, ${sidePx} px, ${steps} steps, LoRA of rank ${rank} in every attention`,
    async add(record, folder) {
      const lora = await writeLora(record, folder)
      const reference = { name: lora.name, hash: lora.hash, unetWeight: 1, textWeight: 1 }
      return { changes: { loras: [reference] }, files: [lora] }
    },
  },
}

/** The first picture loads, and merges; it is not among the calls. */
export async function paintPictures(add: Add, modelsDir: string, rounds: number): Promise<SceneFigures> {
  const record = await recordIn(modelsDir)
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-full-'))
  const { changes, files = [] } = await add(record, folder)
  const memoryBytes = memoryBudgetBytes({ name: 'cpu' })
  const setup = {
    device: 'cpu',
    threads: 0,
    models: [record],
    files: [...files],
    memoryBytes,
    maxPixels: loadConfig(packageRoot, packageRoot).limits.maxPixels,
    version: 'Easel',
  }
  const painter = await openPainter(setup, () => performance.now())
  const order = paintOrder.parse({
    kind: 'paint',
    model: { name: record.name, hash: record.hash },
    prompt: { positive: 'a lighthouse on a cliff at dawn', negative: null },
    widthPx: sidePx,
    heightPx: sidePx,
    count: 1,
    seed: 7,
    sampling: { sampler: 'euler', steps, guidance: common.guidance },
    ...changes,
  })
  const hooks = { signal: new AbortController().signal, onLoading: () => {}, onStep: async () => {} }
  try {
    const first = await painter.paint(order, {}, hooks)
    const loadMs = first.kind === 'painted' ? (first.timings.load ?? 0) : Number.NaN
    const loadPeakBytes = peakBytes()
    const [callMs, processorMs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage()
      callMs.push(await elapsedMs(() => painter.paint(order, {}, hooks)))
      const { user, system } = process.cpuUsage(before)
      processorMs.push((user + system) / 1000)
    }
    return { loadMs, loadPeakBytes, callMs, processorMs, peakBytes: peakBytes() }
  } finally {
    await painter.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** @throws Error where the folder has no Refiner. */
function refinerOf({ name, refiner }: ModelRecord) {
  if (!refiner) throw new Error(`${name} has no Refiner`)
  return { name, hash: refiner.hash }
}

/** For every matrix of the U-Net's attentions, in PEFT's names. */
async function writeLora({ parts }: ModelRecord, folder: string): Promise<FileRecord> {
  const { unet } = await planNetworks(parts.networks)
  const matrices = [...(unet.weights?.found ?? [])].filter(([name]) =>
    /\.attn\d\.to_\w+(\.0)?\.weight$/.test(name),
  )
  const tensors = matrices.flatMap(([name, { shape }]) => {
    const [out = 0, width = 0] = shape
    const path = `unet.${name.replace(/\.weight$/, '')}`
    return [
      { name: `${path}.lora_A.weight`, shape: [rank, width] },
      { name: `${path}.lora_B.weight`, shape: [out, rank] },
    ]
  })
  const path = join(folder, 'lora.safetensors')
  await writeWeights(
    path,
    tensors.map(tensor => ({ ...tensor, values: () => randomHalves('lora', tensor) })),
  )
  const storage = { layout: 'file' as const, path, bytes: 0, dtypes: [] }
  return { kind: 'lora', name: 'full-size', family: 'SDXL', hash: 'full-size', storage }
}
