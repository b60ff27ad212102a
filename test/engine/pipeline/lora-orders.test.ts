/** Promises of LoRAs from the models folder to the picture's file: they paint, cost once, and are written as other programs read them. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLoras } from '../../../src/app/checks/check-loras.ts'
import { Findings } from '../../../src/app/views/findings.ts'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { type ModelCatalogue, readModels } from '../../../src/engine/models/library.ts'
import { LoraFits } from '../../../src/engine/pipeline/open/lora-fits.ts'
import { openPainter } from '../../../src/engine/pipeline/open-painter.ts'
import type { Painter } from '../../../src/engine/pipeline/painter.ts'
import { type LoraOrder, type PaintOrder, paintOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { modelsFolder, oracleModels } from '../../helpers/models/oracle-models.ts'

const oracle = oracleModels()
const loras = join(packageRoot, 'test', 'golden', 'oracle-2', 'lora')
const root = mkdtempSync(join(tmpdir(), 'easel-lora-orders-'))
let painter: Painter
let catalogue: ModelCatalogue
beforeAll(async () => {
  const names = [
    'locon',
    'unet-only',
    'te-only',
    'refuse-sd15',
    'refuse-flux',
    'refuse-oft',
    'refuse-wrong-shape',
    'onetrainer-dora-columns',
  ]
  const links = names.map(name => [`loras/some/${name}.safetensors`, join(loras, `${name}.safetensors`)])
  const base = `${await oracle.models()}/tiny-base.safetensors`
  modelsFolder({ 'base.safetensors': base, ...Object.fromEntries(links) }, root)
  writeFileSync(join(root, 'loras/some/partly.safetensors'), withStrangers('unet-only'))
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

/** Two of its six modules under names that no model has. */
function withStrangers(name: string): Buffer {
  const text = readFileSync(join(loras, `${name}.safetensors`)).toString('latin1')
  return Buffer.from(text.replaceAll('lora_unet_middle_block_1_', 'lora_unet_middle_block_9_'), 'latin1')
}

function loraOrder(name: string, unetWeight = 1, textWeight = unetWeight): LoraOrder {
  const file = catalogue.files.find(one => one.name === `some/${name}`)
  if (!file) throw new Error(`${name} is not there`)
  return { name: file.name, hash: file.hash, unetWeight, textWeight, dataHash: file.lora?.dataHash }
}

function orderWith(prompt: string, ...loras: LoraOrder[]): PaintOrder {
  const [base] = catalogue.models
  return paintOrder.parse({
    kind: 'paint',
    model: { name: base?.name, hash: base?.hash },
    prompt: { positive: prompt, negative: null, syntax: 'a1111' },
    widthPx: 64,
    heightPx: 64,
    count: 1,
    seed: 7,
    sampling: { sampler: 'euler', steps: 2, guidance: 2 },
    ...(loras.length > 0 && { loras }),
  })
}

async function paint(order: PaintOrder): Promise<{ bytes: Uint8Array; loaded: string[] }> {
  const loaded: string[] = []
  const outcome = await painter.paint(
    order,
    {},
    {
      signal: new AbortController().signal,
      onLoading: name => loaded.push(name),
      onStep: () => Promise.resolve(),
    },
  )
  if (outcome.kind !== 'painted' || !outcome.pictures[0]) throw new Error('cancelled')
  return { bytes: outcome.pictures[0].bytes, loaded }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('pictures with LoRAs', () => {
  test('the same order gives the same bytes after any other orders', async () => {
    const order = orderWith('a cat', loraOrder('locon', 0.5), loraOrder('te-only'))
    const first = await paint(order)
    const plain = await paint(orderWith('a cat'))
    const again = await paint(order)
    expect(hashOf(again.bytes)).toBe(hashOf(first.bytes))
    expect(hashOf(plain.bytes)).not.toBe(hashOf(first.bytes))
  })

  test('a second picture with the same set loads nothing', async () => {
    const order = orderWith('a cat', loraOrder('unet-only', 0.5))
    expect((await paint(order)).loaded).not.toEqual([])
    expect((await paint({ ...order, seed: 8 })).loaded).toEqual([])
  })

  test('a prompt that was encoded with other weights in the text encoders is encoded again', async () => {
    const plain = await paint(orderWith('a dog'))
    const changed = await paint(orderWith('a dog', loraOrder('te-only')))
    const pixels = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('IDAT')[1]
    expect(pixels(changed.bytes)).not.toBe(pixels(plain.bytes))
  })

  test('A1111 finds every LoRA in the prompt, and its hash without the file’s header', async () => {
    const beside = loraOrder('te-only', 0.5, 0.25)
    const { bytes } = await paint(orderWith('a cat <lora:locon:0.8>', loraOrder('locon', 0.8), beside))
    const { parameters } = readProvenance(bytes) ?? {}
    expect(parameters?.prompt).toBe('a cat <lora:locon:0.8> <lora:te-only:te=0.25:unet=0.5>')
    const hashes = ['locon', 'te-only'].map(name => `${name}: ${a1111Hash(name).slice(0, 12)}`)
    expect(parameters?.extra.get('Lora hashes')).toBe(hashes.join(', '))
  })
})

/** Of what follows the header (addnet_hash_safetensors in A1111's modules/hashes.py). */
function a1111Hash(name: string): string {
  const bytes = readFileSync(join(loras, `${name}.safetensors`))
  return hashOf(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))))
}

describe('what does not fit', () => {
  test('other families and other kinds of adapter are named in the folder', () => {
    const told = Object.fromEntries(
      catalogue.unused.map(({ name, error }) => [name, JSON.stringify(error.details)]),
    )
    expect(told['some/refuse-sd15.safetensors'] ?? told['some/refuse-sd15']).toContain('"family":"SD 1.x"')
    expect(told['some/refuse-flux.safetensors'] ?? told['some/refuse-flux']).toContain('"family":"Flux"')
    expect(told['some/refuse-oft.safetensors'] ?? told['some/refuse-oft']).toContain('"variant":"OFT"')
  })

  test('a width of another model is refused before anything is painted, with the module and both shapes', async () => {
    const order = orderWith('a cat', loraOrder('refuse-wrong-shape'))
    // Another model's file may be the same one; the order's is named.
    const findings = await found({ ...order, model: { ...order.model, name: 'my copy' } })
    expect(findings.problems).toMatchObject([
      {
        code: 'lora-unfit',
        details: {
          lora: 'some/refuse-wrong-shape',
          model: 'my copy',
          problem: {
            what: 'lora-shape',
            module: 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q',
            expected: [64, 64],
            found: [
              [64, 4],
              [4, 128],
            ],
          },
        },
      },
    ])
  })

  test('modules that are none of the model’s are counted and named, and the rest is used', async () => {
    const { problems, notices } = await found(orderWith('a cat', loraOrder('partly')))
    expect(problems).toEqual([])
    const [notice] = notices
    if (!notice || notices.length > 1) throw new Error(JSON.stringify(notices))
    expect(problemSentence(en, notice)).toBe(
      '2 of the 6 modules of the LoRA some/partly are not the model’s and are left out: lora_unet_middle_block_9_transformer_blocks_0_attn2_to_v, lora_unet_middle_block_9_transformer_blocks_0_ff_net_2.',
    )
    expect(problemSentence(zhCn, notice)).toMatch(/6 个模块中有 2 个/)
  })

  test('one with embeddings in its file names those, because they are not used', async () => {
    const { problems, notices } = await found(orderWith('a cat', loraOrder('onetrainer-dora-columns')))
    expect(problems).toEqual([])
    const [notice, ...others] = notices
    if (!notice || others.length > 0) throw new Error(JSON.stringify(notices))
    expect(problemSentence(en, notice)).toMatch(/also has embeddings, which Easel does not use: \w+/)
    expect(problemSentence(zhCn, notice)).toMatch(/文件里还有嵌入/)
  })

  test('one that fits is accepted without a word', async () => {
    const { problems, notices } = await found(orderWith('a cat', loraOrder('locon')))
    expect([...problems, ...notices]).toEqual([])
  })

  async function found(order: PaintOrder): Promise<Findings> {
    const findings = new Findings()
    const fits = new LoraFits()
    await checkLoras([order], { ...catalogue, loraFit: (model, lora) => fits.of(model, lora) }, findings)
    return findings
  }
})
