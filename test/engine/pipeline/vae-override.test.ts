/** Promises of a VAE in place of the model's own: the same weights give the same pixels, others do not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { type ModelCatalogue, readModels } from '../../../src/engine/models/library.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import type { Painter } from '../../../src/engine/pipeline/painter.ts'
import { paintOrder } from '../../../src/engine/work-order.ts'
import { pixelsOf } from '../../helpers/models/demo-painter.ts'
import { modelsFolder, oracleCheckpoints, oracleModels } from '../../helpers/models/oracle-models.ts'

const oracle = oracleModels()
const partTwo = oracleCheckpoints()
let painter: Painter
const root = mkdtempSync(join(tmpdir(), 'easel-vae-'))
let catalogue: ModelCatalogue
beforeAll(async () => {
  const tiny = await oracle.models()
  const built = join(await partTwo.built('checkpoints/vae'), 'checkpoints')
  modelsFolder(
    {
      'base.safetensors': `${tiny}/tiny-base.safetensors`,
      'vae/same.safetensors': join(built, 'vae-original.safetensors'),
      'vae/old.safetensors': join(built, 'vae-diffusers-old-names.safetensors'),
      'vae/other.safetensors': join(built, 'vae-diffusers.safetensors'),
    },
    root,
  )
  brighten(join(root, 'vae/other.safetensors'))
  catalogue = await readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })
  const { models, files } = catalogue
  painter = await openPainter(
    { device: 'cpu', threads: 2, models, files, maxPixels: 1024 ** 2, version: 'Easel' },
    () => 0,
  )
})
afterAll(async () => {
  await painter?.close()
  rmSync(root, { recursive: true })
})

/** Doubles the last bias: three float16 values. */
function brighten(file: string): void {
  const bytes = readFileSync(file)
  const length = Number(bytes.readBigUInt64LE(0))
  const { 'decoder.conv_out.bias': entry } = JSON.parse(bytes.toString('utf8', 8, 8 + length))
  for (let at = entry.data_offsets[0]; at < entry.data_offsets[1]; at += 2) {
    // One more in the exponent.
    bytes.writeUInt16LE(bytes.readUInt16LE(8 + length + at) + 0x400, 8 + length + at)
  }
  rmSync(file)
  writeFileSync(file, bytes)
}

async function paint(vaeName?: string, hash?: string): Promise<Uint8Array> {
  const [base] = catalogue.models
  if (!base) throw new Error('the base is not there')
  const vae = catalogue.files.find(({ name }) => name === vaeName)
  const order = paintOrder.parse({
    kind: 'paint',
    model: {
      name: base.name,
      hash: base.hash,
      ...(vae && { vae: { name: vae.name, hash: hash ?? vae.hash } }),
    },
    prompt: { positive: 'a boat', negative: null },
    widthPx: 64,
    heightPx: 64,
    count: 1,
    seed: 1,
    sampling: { sampler: 'euler', steps: 2, guidance: 1 },
  })
  const hooks = { signal: new AbortController().signal, onLoading: () => {}, onStep: async () => {} }
  const outcome = await painter.paint(order, {}, hooks)
  const bytes = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
  if (!bytes) throw new Error('nothing was painted')
  return bytes
}

test('the same weights under any names give the same pixels as the model’s own', async () => {
  const own = await pixelsOf(await paint())
  expect(await pixelsOf(await paint('same'))).toEqual(own)
  expect(await pixelsOf(await paint('old'))).toEqual(own)
})

test('other weights give another picture, whose parameters name them; then the model’s own is back', async () => {
  const own = await paint()
  const other = await paint('other')
  expect((await pixelsOf(other)).data).not.toEqual((await pixelsOf(own)).data)
  const hash = catalogue.files.find(({ name }) => name === 'other')?.hash.slice(0, 10)
  const extra = readProvenance(other)?.parameters?.extra
  expect([extra?.get('VAE'), extra?.get('VAE hash')]).toEqual(['other', hash])
  expect(await paint()).toEqual(own)
})

test('a VAE whose file is no longer the one of the order is refused', async () => {
  await expect(paint('old', 'f'.repeat(64))).rejects.toMatchObject({
    code: 'model-changed',
    details: { name: 'old' },
  })
})
