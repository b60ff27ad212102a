/** Models exchanged picture by picture, in a process of its own: prints memory and open files, round by round, as JSON. */
import { readdirSync } from 'node:fs'
import { memoryHashCache } from '../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../src/engine/models/library.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { openPainter } from '../../src/engine/pipeline/open-painter.ts'
import { paintOrder } from '../../src/engine/work-order.ts'

const [, , modelsDir = '', name, count] = process.argv
/** Sides in sixteens of pixels; the models take turns, so a round is every size with every model. */
const sizes = Array.from({ length: 30 }, (_, i) => ({
  widthPx: 64 + 16 * (i % 6),
  heightPx: 64 + 16 * (i % 5),
}))

const { models } = await readModels({ roots: [modelsDir], linkTargets: [], cache: memoryHashCache() })
const record = models.find(one => one.name === name) ?? models[0]
if (!record) throw new Error(`there is no model in ${modelsDir}`)
const three = ['', ' 2', ' 3'].map(suffix => renamed(record, suffix))
const painter = await openPainter(
  { device: 'cpu', threads: 0, models: three, maxPixels: 1024 ** 2, version: 'Easel' },
  () => performance.now(),
)
const hooks = { signal: new AbortController().signal, onLoading: () => {}, onStep: async () => {} }
const openFilesBefore = openFiles()
const rounds: { pictures: number; residentBytes: number; openFiles: number }[] = []
for (let i = 0; i < Number(count); i++) {
  const { name: model, hash } = three[i % three.length] ?? record
  const order = paintOrder.parse({
    kind: 'paint',
    model: { name: model, hash },
    prompt: { positive: `picture ${i}`, negative: null },
    ...sizes[Math.trunc(i / three.length) % sizes.length],
    count: 1,
    seed: i,
    sampling: { sampler: 'euler', steps: 1, guidance: 7 },
  })
  await painter.paint(order, {}, hooks)
  const isLast = i + 1 === Number(count)
  if ((i + 1) % (three.length * sizes.length) === 0 || isLast) {
    rounds.push({ pictures: i + 1, residentBytes: process.memoryUsage.rss(), openFiles: openFiles() })
  }
}
await painter.close()
console.log(JSON.stringify({ rounds, openFilesBefore, openFilesAfterwards: openFiles() }))

/** The same files under another name, taken for others. */
function renamed(model: ModelRecord, suffix: string): ModelRecord {
  const { textEncoder, textEncoder2, unet, vae } = model.parts.networks
  const other = <Part extends { hash: string }>(part: Part) => ({ ...part, hash: part.hash + suffix })
  const networks = {
    ...(textEncoder && { textEncoder: other(textEncoder) }),
    textEncoder2: other(textEncoder2),
    unet: other(unet),
    vae: other(vae),
  }
  return {
    ...model,
    name: model.name + suffix,
    hash: model.hash + suffix,
    parts: { ...model.parts, networks },
    refiner: undefined,
  }
}

/** Of this process, on Linux; elsewhere nobody tells. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
