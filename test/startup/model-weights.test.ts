/** Promises of `weights: int8`: a model of its own hash and less memory, whose cache files are made once, before painting. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { DeviceConfig } from '../../src/config/config.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { openNetworks } from '../../src/engine/networks/open/open.ts'
import { MergedLoras } from '../../src/engine/pipeline/open/merged-loras.ts'
import { readLibrary } from '../../src/startup/model-library.ts'
import { type MakingProgress, makeBlockFiles } from '../../src/startup/model-weights.ts'
import { modelsFolder, oracleModels } from '../helpers/models/oracle-models.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const oracle = oracleModels()
let tiny: string
beforeAll(async () => {
  tiny = await oracle.models()
})

async function read(weights: 'float32' | 'int8', dataDir = tempFolder()) {
  const config = {
    modelsDir: modelsFolder({ 'tiny/base': `${tiny}/tiny-base`, 'tiny/refiner': `${tiny}/tiny-refiner` }),
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
  readonly sizes: number[] = []
  ends = 0
  begin(_model: string, file: string, sizeBytes: number): void {
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
  await makeBlockFiles([model], [device], told)
  return told
}

test('it is a model of its own, which needs less memory and has the same name', async () => {
  const [one, other] = [(await read('float32')).model, (await read('int8')).model]
  expect(other.name).toBe(one.name)
  expect(other.hash).not.toBe(one.hash)
  const total = (model: ModelRecord) =>
    (model.needs ?? []).reduce((sum, { weightBytes }) => sum + weightBytes, 0)
  expect(total(other)).toBeLessThan(0.8 * total(one))
  expect(other.parts.networks.vae.hash).toBe(one.parts.networks.vae.hash)
})

test('its files are announced with their size, and made once', async () => {
  const { model, dataDir } = await read('int8')
  const first = await make(model)
  // Two text encoders and a U-Net of the Base; the Refiner shares the second encoder.
  expect(first.files.length).toBeGreaterThanOrEqual(3)
  expect(first.ends).toBe(first.files.length)
  const folder = join(dataDir, 'cache', 'weights')
  expect(readdirSync(folder)).toHaveLength(new Set(first.files).size)
  expect((await make(model)).files).toEqual([])
})

test('a GPU, and a CPU that computes in float16, have no use for them, so none is made', async () => {
  const { model } = await read('int8')
  expect((await make(model, { ...cpu, name: 'cuda:0' })).files).toEqual([])
  expect((await make(model, { ...cpu, precision: 'float16' })).files).toEqual([])
})

/** Of the norm of `one`. */
function distance(one: Float32Array, other: Float32Array): number {
  const squares = one.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / one.reduce((sum, value) => sum + value ** 2, 0))
}

async function opened(weights: 'float32' | 'int8') {
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

test('its numbers are within 2 % of the model’s own, with and without a LoRA, and the same each time', async () => {
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
