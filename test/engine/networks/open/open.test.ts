import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Networks } from '../../../../src/engine/networks/networks.ts'
import { readSafetensors } from '../../../../src/engine/weights/safetensors.ts'
import { readTensor } from '../../../../src/engine/weights/tensor-values.ts'
import { maxAbsoluteError } from '../../../../tools/oracle/case.ts'
import { unetInputOf } from '../../../../tools/oracle/networks/networks.ts'
import { openNetworksFolder } from '../../../../tools/oracle/networks/open-models.ts'
import { goldenFolder } from '../../../helpers/models/golden-folder.ts'
import { type TensorToWrite, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const oracle = goldenFolder('oracle')
let basePath: string
let base: Networks
beforeAll(async () => {
  basePath = await oracle.model('base')
  base = await openNetworksFolder(basePath)
})
afterAll(async () => {
  await base?.close()
  await oracle.close()
})

/** Ten floors, as the oracle's README lists them. */
const limits = { unet: 3e-5, text: 4e-5, decoded: 4e-5, moments: 3e-4 }

describe('A Base, opened from its folder', () => {
  test('says what a pipeline must know of it', () => {
    expect(base.textEncoder).toMatchObject({ hiddenSize: 64, layers: 3, projectionSize: undefined })
    expect(base.textEncoder2).toMatchObject({ hiddenSize: 128, layers: 4, projectionSize: 128 })
    expect(base.unet).toMatchObject({ crossAttentionDim: 192, timeIdCount: 6 })
    expect(base.vae).toMatchObject({ scaling: { factor: 0.13025 }, sampleSize: 128, factor: 8 })
  })

  test('predicts noise at one size after another', async () => {
    for (const name of ['unet_base_16x16_t951', 'unet_base_16x24_t1', 'unet_base_16x16_t1']) {
      const golden = await oracle.tensors('parts', `${name}.safetensors`)
      const ours = await base.unet.predict(unetInputOf(golden, Number(name.split('_t')[1])))
      expect(maxAbsoluteError(ours, golden.floats('output'))).toBeLessThan(limits.unet)
    }
  })

  test('encodes and decodes pictures', async () => {
    const golden = await oracle.tensors('parts', 'vae_64x96.safetensors')
    const moments = await base.vae.encode(golden.floats('image'), 1, 64, 96)
    expect(maxAbsoluteError(moments, golden.floats('moments'))).toBeLessThan(limits.moments)
    const decoded = await base.vae.decode(golden.floats('latent'), 1, 8, 12)
    expect(maxAbsoluteError(decoded, golden.floats('decoded'))).toBeLessThan(limits.decoded)
  })

  test('encodes text with any clip skip, down to the embeddings', async () => {
    const golden = await oracle.tensors('text', 'embeds.safetensors')
    const ids = Int32Array.from(golden.floats('p0.te2.input_ids'))
    for (const [layerFromEnd, layer] of [
      [1, 4],
      [2, 3],
      [4, 1],
      [5, 0],
      [9, 0],
    ] as const) {
      const { hidden, pooled } = await base.textEncoder2.encode(ids, layerFromEnd)
      expect(maxAbsoluteError(hidden, golden.floats(`p0.te2.hidden_states_${layer}`))).toBeLessThan(
        limits.text,
      )
      expect(maxAbsoluteError(pooled ?? [], golden.floats('p0.te2.text_embeds'))).toBeLessThan(limits.text)
    }
    const first = await base.textEncoder?.encode(Int32Array.from(golden.floats('p0.te1.input_ids')), 2)
    expect(first?.pooled).toBeUndefined()
  })

  test('takes prompts of any length: words said twice change nothing', async () => {
    const golden = await oracle.tensors('parts', 'unet_base_16x16_t951.safetensors')
    const input = unetInputOf(golden, 951)
    const rows = [0, 1].map(row =>
      input.context.subarray((row * input.context.length) / 2, ((row + 1) * input.context.length) / 2),
    )
    const twice = Float32Array.from(rows.flatMap(row => [...row, ...row]))
    const ours = await base.unet.predict({ ...input, context: twice, tokens: 2 * input.tokens })
    expect(maxAbsoluteError(ours, golden.floats('output'))).toBeLessThan(limits.unet)
  })

  test('predicts for each row of a batch what it predicts alone', async () => {
    const golden = await oracle.tensors('parts', 'unet_base_16x16_t951.safetensors')
    const input = unetInputOf(golden, 951)
    const second = (values: Float32Array) => values.subarray(values.length / 2)
    const alone = await base.unet.predict({
      ...input,
      batch: 1,
      sample: second(input.sample),
      context: second(input.context),
      pooled: second(input.pooled),
      timeIds: second(input.timeIds),
    })
    expect(maxAbsoluteError(alone, second(golden.floats('output')))).toBeLessThan(limits.unet)
  })

  test('predicts for a prompt of an earlier call what it predicts for a new one, to the byte', async () => {
    const input = unetInputOf(await oracle.tensors('parts', 'unet_base_16x16_t951.safetensors'), 951)
    const other = { ...input, context: input.context.map(value => -value) }
    await base.unet.predict(input)
    await base.unet.predict(other)
    const later = { ...input, timestep: 1 }
    const ofEarlierPrompt = await base.unet.predict(later)
    const ofNewPrompt = await base.unet.predict({ ...later, context: input.context.slice() })
    expect(ofEarlierPrompt).toEqual(ofNewPrompt)
    expect(ofEarlierPrompt).not.toEqual(await base.unet.predict({ ...other, timestep: 1 }))
  })

  test('gives the same bytes for the same call', async () => {
    const input = unetInputOf(await oracle.tensors('parts', 'unet_base_16x16_t951.safetensors'), 951)
    expect(await base.unet.predict(input)).toEqual(await base.unet.predict(input))
  })
})

describe('The same weights stored otherwise give the same bytes', () => {
  test.each(['shards', 'bfloat16'])('%s', async kind => {
    const unet =
      kind === 'shards' ? join(await oracle.models(), 'tiny-base-sharded', 'unet') : await asBfloat16()
    const other = await openNetworksFolder(modelWith({ unet }))
    const input = unetInputOf(await oracle.tensors('parts', 'unet_base_16x16_t951.safetensors'), 951)
    expect(await other.unet.predict(input)).toEqual(await base.unet.predict(input))
    await other.close()
  })

  async function asBfloat16(): Promise<string> {
    const unet = copyOf('unet')
    const file = weightsIn(unet)
    const tensors: Record<string, TensorToWrite> = {}
    for (const [name, tensor] of await readSafetensors(file)) {
      const words = new Uint16Array((await readTensor(tensor)).buffer)
      const upperHalves = words.filter((_, i) => i % 2 === 1)
      tensors[name] = { dtype: 'BF16', shape: tensor.shape, bytes: new Uint8Array(upperHalves.buffer) }
    }
    rmSync(file)
    writeSafetensors(file, tensors)
    return unet
  }
})

test('A Refiner is a folder without a first text encoder', async () => {
  const refiner = await openNetworksFolder(await oracle.model('refiner'))
  expect(refiner.textEncoder).toBeUndefined()
  expect(refiner.unet).toMatchObject({ crossAttentionDim: 128, timeIdCount: 5 })
  const golden = await oracle.tensors('parts', 'unet_refiner_16x24_t171.safetensors')
  const ours = await refiner.unet.predict(unetInputOf(golden, 171))
  expect(maxAbsoluteError(ours, golden.floats('output'))).toBeLessThan(limits.unet)
  await refiner.close()
})

describe('A model folder that cannot be used is refused with one sentence naming the file', () => {
  test('that is missing', async () => {
    await expectRefusal('/nowhere/model', 'model-file', {
      file: '/nowhere/model',
      problem: { what: 'missing' },
    })
  })

  test('whose weights are missing', async () => {
    const vae = copyOf('vae')
    rmSync(weightsIn(vae))
    await expectRefusal(modelWith({ vae }), 'model-file', { problem: { what: 'no-weights' } })
  })

  test('whose weights are truncated', async () => {
    const vae = copyOf('vae')
    const file = weightsIn(vae)
    const size = readFileSync(file).length
    writeFileSync(file, readFileSync(file).subarray(0, -1000))
    await expectRefusal(modelWith({ vae }), 'model-file', {
      file: expect.stringContaining('diffusion_pytorch_model.safetensors'),
      problem: { what: 'truncated', expectedBytes: size, foundBytes: size - 1000 },
    })
  })

  test('whose weights have a wrong shape', async () => {
    const vae = copyOf('vae')
    writeFileSync(weightsIn(vae), renamed(weightsIn(vae), '"shape":[32,3,3,3]', '"shape":[3,32,3,3]'))
    await expectRefusal(modelWith({ vae }), 'model-file', {
      problem: {
        what: 'tensor-shape',
        tensor: 'encoder.conv_in.weight',
        expected: [32, 3, 3, 3],
        found: [3, 32, 3, 3],
      },
    })
  })

  test('whose weights lack a tensor', async () => {
    const vae = copyOf('vae')
    writeFileSync(weightsIn(vae), renamed(weightsIn(vae), '"decoder.conv_in.bias"', '"decoder.conv_xx.bias"'))
    await expectRefusal(modelWith({ vae }), 'model-file', {
      problem: { what: 'tensor-missing', tensor: 'decoder.conv_in.bias' },
    })
  })

  test('whose config.json is missing or no JSON', async () => {
    const unet = copyOf('unet')
    writeFileSync(join(unet, 'config.json'), '{')
    await expectRefusal(modelWith({ unet }), 'model-file', { problem: { what: 'not-json' } })
    rmSync(join(unet, 'config.json'))
    await expectRefusal(modelWith({ unet }), 'model-file', {
      problem: { what: 'missing' },
    })
  })

  test('whose U-Net was made for other text encoders', async () => {
    const unet = join(await oracle.model('refiner'), 'unet')
    await expectRefusal(modelWith({ unet }), 'model-config', {
      key: 'cross_attention_dim',
      problem: { what: 'text-width', found: 128, given: 192 },
    })
  })

  test('whose config leaves no room for time ids', async () => {
    const unet = copyOf('unet')
    const file = join(unet, 'config.json')
    const config = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      config.replace(
        '"projection_class_embeddings_input_dim": 320',
        '"projection_class_embeddings_input_dim": 321',
      ),
    )
    await expectRefusal(modelWith({ unet }), 'model-config', { key: 'projection_class_embeddings_input_dim' })
  })

  async function expectRefusal(folder: string, code: string, details: object): Promise<void> {
    await expect(openNetworksFolder(folder)).rejects.toMatchObject({ code, details })
  }
})

/** The Base's folder with some of its parts replaced. */
function modelWith(parts: Readonly<Record<string, string>>): string {
  const folder = tempFolder()
  for (const name of readdirSync(basePath))
    symlinkSync(parts[name] ?? join(basePath, name), join(folder, name))
  return folder
}

/** A part of the Base whose files may be changed. */
function copyOf(part: string): string {
  const folder = join(tempFolder(), part)
  mkdirSync(folder)
  for (const name of readdirSync(join(basePath, part))) {
    writeFileSync(join(folder, name), readFileSync(join(basePath, part, name)))
  }
  return folder
}

function weightsIn(part: string): string {
  return join(part, 'diffusion_pytorch_model.safetensors')
}

/** The file with a text of its header replaced by one of the same length. */
function renamed(file: string, from: string, to: string): Buffer {
  const bytes = readFileSync(file)
  const at = bytes.indexOf(from)
  expect([at > 0, to.length]).toEqual([true, from.length])
  bytes.write(to, at)
  return bytes
}
