/** Promises of models in optimum's ONNX layout: the same numbers as the folder's, and nothing is added in silence. */
import { readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Networks, UNetInput } from '../../../src/engine/networks/networks.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { readOnnxFile } from '../../../src/engine/weights/onnx-file.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { openNetworksFolder, partsOfFolder } from '../../../tools/oracle/networks/open-models.ts'
import { modelsFolder, oracleModels } from '../../helpers/models/oracle-models.ts'

const oracle = oracleModels()
let folder: string
let ours: Networks
let theirs: Networks
beforeAll(async () => {
  folder = join(await oracle.models(), 'tiny-base-onnx')
  ours = await openNetworksFolder(await oracle.model('base'))
  theirs = await openNetworksFolder(folder)
})
afterAll(async () => {
  await ours?.close()
  await theirs?.close()
})

function unetInput(): UNetInput {
  const random = new TorchRandom(3)
  return {
    sample: random.randn(2 * 4 * 16 * 24),
    batch: 2,
    heightLatent: 16,
    widthLatent: 24,
    timestep: 301,
    context: random.randn(2 * 77 * 192),
    tokens: 77,
    pooled: random.randn(2 * 128),
    timeIds: Float32Array.from({ length: 12 }, (_, i) => 128 + i),
  }
}

describe('The graphs of another maker give what ours give', () => {
  test('the U-Net, in a batch of two', async () => {
    const input = unetInput()
    const error = maxAbsoluteError(await theirs.unet.predict(input), await ours.unet.predict(input))
    expect(error).toBeLessThan(4e-5)
    const { output, deep } = await theirs.unet.predictDeep(input)
    expect(await theirs.unet.predictShallow(input, deep)).toEqual(output)
  })

  test('the VAE, both ways', async () => {
    const random = new TorchRandom(4)
    const latents = random.randn(4 * 8 * 12)
    const decoded = await ours.vae.decode(latents, 1, 8, 12)
    expect(maxAbsoluteError(await theirs.vae.decode(latents, 1, 8, 12), decoded)).toBeLessThan(4e-5)
    const moments = await ours.vae.encode(decoded, 1, 64, 96)
    expect(maxAbsoluteError(await theirs.vae.encode(decoded, 1, 64, 96), moments)).toBeLessThan(3e-4)
  })

  test('both text encoders', async () => {
    const ids = Int32Array.from({ length: 77 }, (_, i) => (i === 0 ? 1022 : i < 9 ? 300 + i : 1023))
    for (const role of ['textEncoder', 'textEncoder2'] as const) {
      const [a, b] = [await theirs[role]?.encode(ids, 2), await ours[role]?.encode(ids, 2)]
      expect(maxAbsoluteError(a?.hidden ?? [], b?.hidden ?? [0])).toBeLessThan(4e-5)
      expect(a?.pooled?.length).toBe(b?.pooled?.length)
      if (a?.pooled && b?.pooled) expect(maxAbsoluteError(a.pooled, b.pooled)).toBeLessThan(4e-5)
    }
  })
})

test('additions to its weights are refused', async () => {
  await expect(theirs.unet.predict({ ...unetInput(), residuals: [] })).rejects.toMatchObject({
    code: 'model-file',
    details: { problem: { what: 'onnx-weights' } },
  })
})

test('it is described by layout, size and type, and hashed with the data beside its graphs', async () => {
  const parts = await partsOfFolder(folder)
  expect(parts.networks.vae.weights).toMatchObject({ layout: 'onnx', graphs: { length: 2 } })
  const root = modelsFolder({ model: folder })
  const data = join(root, 'model/unet/model.onnx_data')
  const bytes = readFileSync(data)
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
  rmSync(data)
  writeFileSync(data, bytes)
  const changed = await partsOfFolder(join(root, 'model'))
  expect(changed.networks.unet.hash).not.toBe(parts.networks.unet.hash)
  expect(changed.networks.vae.hash).toBe(parts.networks.vae.hash)
})

describe('An ONNX folder that cannot be used is refused with one sentence', () => {
  const cases: Record<string, [(model: string) => void, object]> = {
    'data that was cut short': [
      model => {
        const file = join(model, 'unet/model.onnx_data')
        const bytes = readFileSync(file)
        rmSync(file)
        writeFileSync(file, bytes)
        truncateSync(file, bytes.length - 1000)
      },
      { problem: { what: 'truncated', foundBytes: expect.any(Number) } },
    ],
    'data that is missing': [
      model => rmSync(join(model, 'vae_decoder/model.onnx_data')),
      { problem: { what: 'missing' } },
    ],
    'data elsewhere': [
      model => {
        const file = join(model, 'unet/model.onnx')
        const text = readFileSync(file, 'latin1').replaceAll('model.onnx_data', '../../../../x/y')
        rmSync(file)
        writeFileSync(file, text, 'latin1')
      },
      { problem: { what: 'shard-name', shard: '../../../../x/y' } },
    ],
    'a graph that is none': [
      model => {
        rmSync(join(model, 'unet/model.onnx'))
        writeFileSync(join(model, 'unet/model.onnx'), 'hello, world')
      },
      { problem: { what: 'not-onnx' } },
    ],
    'a pipe in place of a graph': [
      model => {
        rmSync(join(model, 'unet/model.onnx'))
        symlinkSync('/dev/zero', join(model, 'unet/model.onnx'))
      },
      { problem: { what: 'not-a-file' } },
    ],
  }
  test.each(Object.entries(cases))('%s', async (_, [spoil, details]) => {
    const model = join(modelsFolder({ model: folder }), 'model')
    spoil(model)
    await expect(partsOfFolder(model)).rejects.toMatchObject({ code: 'model-file', details })
  })

  test('graphs in each other’s place', async () => {
    const model = join(modelsFolder({ model: folder }), 'model')
    for (const name of ['model.onnx', 'model.onnx_data']) {
      rmSync(join(model, 'unet', name))
      writeFileSync(join(model, 'unet', name), readFileSync(join(model, 'vae_encoder', name)))
    }
    await expect(openNetworksFolder(model)).rejects.toMatchObject({
      details: { problem: { what: 'tensor-missing', tensor: 'timestep' } },
    })
  })
})

test('reading what a graph says of itself does not read its weights', async () => {
  const { inputs, outputs, bytesByType } = await readOnnxFile(join(folder, 'unet/model.onnx'))
  expect(inputs.map(({ name }) => name)).toEqual([
    'sample',
    'timestep',
    'encoder_hidden_states',
    'text_embeds',
    'time_ids',
  ])
  expect(outputs).toEqual([{ name: 'out_sample', shape: [undefined, 4, undefined, undefined] }])
  expect(bytesByType.get('F32')).toBeGreaterThan(27_000_000)
})
