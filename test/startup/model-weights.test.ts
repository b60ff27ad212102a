/** Promises of `weights: int8` and `mapped`: a model of its own hash, whose cache files are made once, before painting. */
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { DeviceConfig } from '../../src/config/config.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { openNetworks } from '../../src/engine/networks/open/open.ts'
import type { ResidentOptions } from '../../src/engine/onnx/memory/residency.ts'
import { MergedLoras } from '../../src/engine/pipeline/open/merged-loras.ts'
import { readLibrary } from '../../src/startup/model-library.ts'
import { type MakingProgress, makeWeightFiles, modelsWithFiles } from '../../src/startup/model-weights.ts'
import { modelsFolder, oracleModels } from '../helpers/models/oracle-models.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const oracle = oracleModels()
let tiny: string
beforeAll(async () => {
  tiny = await oracle.models()
})

/** The model of the golden numbers, whose files are in float32, or the demo's, whose files are in float16. */
async function read(weights: 'float32' | 'mapped' | 'int8', type: 'F32' | 'F16' = 'F32') {
  const dataDir = tempFolder()
  const files: Record<string, string> =
    type === 'F32'
      ? { 'tiny/base': `${tiny}/tiny-base`, 'tiny/refiner': `${tiny}/tiny-refiner` }
      : { tiny: 'models/demo' }
  const config = {
    modelsDir: modelsFolder(files),
    dataDir,
    extraModelDirs: [],
    modelLinkTargets: [],
  }
  const { models } = await readLibrary({ ...config, models: { tiny: { weights } } })
  const [model] = models
  if (!model) throw new Error('the tiny model is not in the library')
  return { model, dataDir }
}

const cpu: DeviceConfig = { name: 'cpu', threads: 0, precision: 'auto' }

class Told implements MakingProgress {
  readonly files: string[] = []
  readonly read: string[] = []
  reading(file: string): void {
    this.read.push(file)
  }
  readonly sizes: number[] = []
  ends = 0
  begin(_model: string, _form: string, file: string, sizeBytes: number): void {
    this.files.push(file)
    this.sizes.push(sizeBytes)
  }
  written(): void {}
  end(): void {
    this.ends += 1
  }
}

async function make(model: ModelRecord, device = cpu): Promise<Told> {
  const told = new Told()
  await makeWeightFiles([model], [device], told)
  return told
}

test('in 8 bits it is a model of its own, which needs less memory and has the same name', async () => {
  const [one, other] = [(await read('float32')).model, (await read('int8')).model]
  expect(other.name).toBe(one.name)
  expect(other.hash).not.toBe(one.hash)
  const total = (model: ModelRecord) =>
    (model.needs ?? []).reduce((sum, { weightBytes }) => sum + weightBytes, 0)
  expect(total(other)).toBeLessThan(0.8 * total(one))
  expect(other.parts.networks.vae.hash).toBe(one.parts.networks.vae.hash)
})

const forms = ['int8', 'mapped'] as const

test.each(forms)(
  '%s: a model whose files cannot be made is left out, and the others are used',
  async form => {
    const [{ model, dataDir }, other] = [await read(form, 'F16'), await read('float32')]
    mkdirSync(join(dataDir, 'cache'), { recursive: true })
    writeFileSync(join(dataDir, 'cache', 'weights'), 'no folder')
    const leftOut: string[] = []
    const models = await modelsWithFiles([model, other.model], [cpu], new Told(), (name, error) =>
      leftOut.push(`${name}: ${error.code}`),
    )
    expect(models).toEqual([other.model])
    expect(leftOut).toEqual([`${model.name}: file`])
  },
)

test.each(forms)(
  '%s: a card needs what it needs without, since it does not use the cache files',
  async form => {
    const [one, other] = [(await read('float32')).model, (await read(form)).model]
    const onCard = ({ needs = [], refiner }: ModelRecord) =>
      [...needs, ...(refiner?.needs ?? [])].map(need => need.onCard)
    expect(onCard(other)).toEqual(onCard(one))
    expect(onCard(other).length).toBeGreaterThan(0)
  },
)

test.each(forms)('%s: its files are announced with their size, and made once', async form => {
  const { model, dataDir } = await read(form, 'F16')
  const first = await make(model)
  // Two text encoders and a U-Net of the Base; the Refiner shares the second encoder.
  expect(first.files.length).toBeGreaterThanOrEqual(3)
  expect(first.ends).toBe(first.files.length)
  const folder = join(dataDir, 'cache', 'weights')
  const made = readdirSync(folder).filter(name => name.endsWith('.safetensors'))
  expect(made).toHaveLength(new Set(first.files).size)
  expect((await make(model)).files).toEqual([])
})

test.each(forms)(
  '%s: a GPU, and a CPU that computes in float16, have no use for them, so none is made',
  async form => {
    const { model } = await read(form)
    expect((await make(model, { ...cpu, name: 'cuda:0' })).files).toEqual([])
    expect((await make(model, { ...cpu, precision: 'float16' })).files).toEqual([])
  },
)

/** Of the norm of `one`. */
function distance(one: Float32Array, other: Float32Array): number {
  const squares = one.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / one.reduce((sum, value) => sum + value ** 2, 0))
}

async function opened(weights: 'float32' | 'mapped' | 'int8') {
  const networks = await openNetworks((await read(weights)).model.parts.networks)
  const file = join('test/golden/oracle-2/lora', 'locon.safetensors')
  const storage = { layout: 'file' as const, path: file, bytes: 0, dtypes: [] }
  const loras = new MergedLoras(networks, [{ kind: 'lora', name: 'l', family: 'SDXL', hash: 'l', storage }])
  const ids = Int32Array.from({ length: 77 }, (_, i) => i)
  return {
    loras,
    text: async () => (await networks.textEncoder2.encode(ids, 2)).hidden,
    close: () => networks.close(),
  }
}

test('in 8 bits its numbers are within 2 % of the model’s own, with and without a LoRA, and the same each time', async () => {
  const [own, int8] = [await opened('float32'), await opened('int8')]
  const plain = { own: await own.text(), int8: await int8.text() }
  expect(distance(plain.own, plain.int8)).toBeLessThan(0.02)
  expect(distance(plain.own, plain.int8)).toBeGreaterThan(0)
  const merge = { loras: [{ name: 'l', hash: 'l', unetWeight: 1, textWeight: 1 }], quietly: () => undefined }
  for (const { loras } of [own, int8]) await loras.merge(merge.loras, merge.quietly)
  const merged = { own: await own.text(), int8: await int8.text() }
  expect(distance(merged.own, merged.int8)).toBeLessThan(0.02)
  expect(distance(merged.own, merged.int8)).toBeLessThan(distance(plain.own, merged.own) / 2)
  await int8.loras.merge([], merge.quietly)
  expect(await int8.text()).toEqual(plain.int8)
  for (const one of [own, int8]) {
    await one.loras.close()
    await one.close()
  }
})

test('weights in float32 are mapped where they lie, so no file is made', async () => {
  const { model } = await read('mapped')
  expect((await make(model)).files).toEqual([])
})

test('mapped weights give the bytes of the model’s own without prepacking, also when the file was cut short', async () => {
  const [own, mapped] = [(await read('float32', 'F16')).model, (await read('mapped', 'F16')).model]
  expect(mapped.hash).not.toBe(own.hash)
  const expected = await textOf(own, { prepack: false })
  expect(await textOf(mapped)).toEqual(expected)
  const { dir, name } = parse(mapped.parts.networks.textEncoder2.cached?.file ?? '')
  const file = join(dir, readdirSync(dir).find(found => found.startsWith(`${name}-v`)) ?? '')
  const { size } = statSync(file)
  truncateSync(file, size - 4)
  expect(await textOf(mapped)).toEqual(expected)
  expect(statSync(file).size).toBe(size)
  expect(distance(await textOf(own), expected)).toBeLessThan(1e-5)
})

async function textOf({ parts }: ModelRecord, options: ResidentOptions = {}): Promise<Float32Array> {
  const networks = await openNetworks(parts.networks, options)
  const ids = Int32Array.from({ length: 77 }, (_, i) => i)
  const { hidden } = await networks.textEncoder2.encode(ids, 2)
  await networks.close()
  return hidden
}
