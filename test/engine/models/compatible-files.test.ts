import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compatibleFiles } from '../../../src/engine/models/compatible-files.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { isIntact, readModels } from '../../../src/engine/models/library.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { modelsFolder, oracleModels } from '../../helpers/models/oracle-models.ts'
import { writeSafetensors } from '../../helpers/models/safetensors.ts'
import { buildTinyAddOns } from '../../helpers/models/tiny-add-ons.ts'

const oracle = oracleModels()

const read = (root: string) => readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })

/** An embedding of one vector for each width. */
function writeEmbedding(path: string, widths: Readonly<Record<string, number>>): void {
  const tensors = Object.entries(widths).map(([name, width]) => {
    return [name, { dtype: 'F32', shape: [1, width], bytes: new Uint8Array(4 * width) }] as const
  })
  writeSafetensors(path, Object.fromEntries(tensors))
}

/** tiny-base reads text of widths 64 and 128. */
const odd = {
  'one-encoder': { emb_params: 999 },
  'of-sdxl': { clip_l: 768, clip_g: 1280 },
  'half-fitting': { clip_l: 64, clip_g: 999 },
  swapped: { clip_l: 128, clip_g: 64 },
}

function writeEmbeddings(
  root: string,
  all: Readonly<Record<string, Readonly<Record<string, number>>>>,
): void {
  mkdirSync(join(root, 'embeddings'))
  for (const [name, widths] of Object.entries(all)) {
    writeEmbedding(join(root, 'embeddings', `${name}.safetensors`), widths)
  }
}

test('an embedding that fits no model is named with its widths and those of the models', async () => {
  const tiny = await oracle.models()
  const root = modelsFolder({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
  writeEmbeddings(root, { ...odd, first: { emb_params: 64 }, both: { clip_l: 64, clip_g: 128 } })
  const { files, unused } = await read(root)
  expect(files.map(({ name }) => name).sort()).toEqual(['both', 'first'])
  expect(unused.map(({ name }) => name).sort()).toEqual(Object.keys(odd).sort())
  // It may be for a model that another program has: no fault of the folder.
  expect(unused.every(isIntact)).toBe(true)
  const error = unused.find(({ name }) => name === 'of-sdxl')?.error
  if (!error) return expect.fail('it was not named')
  expect(errorSentence(en, error)).toContain(
    'for text of width 768 and 1280; the models here have 64 and 128',
  )
  expect(errorSentence(zhCn, error)).toContain('768 和 1280')
})

test('without any model there is nothing that it could not fit', async () => {
  const root = modelsFolder({})
  writeEmbeddings(root, odd)
  const { files, unused } = await read(root)
  expect([files.length, unused]).toEqual([Object.keys(odd).length, []])
})

test('a ControlNet and an IP-Adapter of another width of text are named, beside those that fit', async () => {
  const tiny = await oracle.models()
  const addOns = modelsFolder({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
  await buildTinyAddOns(addOns)
  const fitting = await read(addOns)
  expect(fitting.unused).toEqual([])
  // The same model with another width of text.
  const { models } = fitting
  const narrow = models.map(model => {
    const { unet } = model.parts.networks
    const networks = {
      ...model.parts.networks,
      unet: { ...unet, config: { ...unet.config, cross_attention_dim: 2048 } },
    }
    return { ...model, parts: { ...model.parts, networks } }
  })
  const unused: Parameters<typeof compatibleFiles>[2] = []
  const left = compatibleFiles(fitting.files, narrow, unused)
  expect(left.map(({ kind }) => kind)).toEqual(
    fitting.files.map(({ kind }) => kind).filter(kind => kind !== 'controlnet' && kind !== 'ip-adapter'),
  )
  expect(unused.map(({ error }) => errorSentence(en, error)).sort()).toEqual([
    expect.stringContaining('ControlNet for text of width 192; the models here have 2048'),
    expect.stringContaining('ControlNet for text of width 192; the models here have 2048'),
    expect.stringContaining('IP-Adapter for text of width 192; the models here have 2048'),
    expect.stringContaining('IP-Adapter for text of width 192; the models here have 2048'),
  ])
})
