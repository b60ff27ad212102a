import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDiffusersFolder } from '../../../../src/engine/weights/layouts/diffusers-folder.ts'
import { weightsOf } from '../../../../src/engine/weights/source.ts'
import { readTensor } from '../../../../src/engine/weights/tensor-values.ts'
import { AppError, toAppError } from '../../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../../src/words/en.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const tensor = (...values: number[]) => ({ dtype: 'F32', shape: [values.length], bytes: floats(...values) })

function index(folder: string, weightMap: unknown, name = 'model.safetensors.index.json'): void {
  writeFileSync(join(folder, name), JSON.stringify({ metadata: {}, weight_map: weightMap }))
}

test('an attention that is stored as 1×1 convolutions gives matrices, under its old names too', async () => {
  const folder = tempFolder()
  const stored = { dtype: 'F32', shape: [2, 2, 1, 1], bytes: floats(1, 2, 3, 4) }
  const path = 'decoder.mid_block.attentions.0'
  writeSafetensors(join(folder, 'model.safetensors'), {
    [`${path}.to_q.weight`]: stored,
    [`${path}.key.weight`]: stored,
    'conv.weight': stored,
  })
  const weights = weightsOf(await openDiffusersFolder(folder))
  expect(weights.at(path).tensor('to_q.weight', [2, 2]).shape).toEqual([2, 2])
  expect(weights.at(path).tensor('to_k.weight', [2, 2]).shape).toEqual([2, 2])
  expect(weights.tensor('conv.weight', [2, 2, 1, 1]).shape).toEqual([2, 2, 1, 1])
})

test('a weight in 8 bits that has a scale beside it is multiplied by it', async () => {
  const folder = tempFolder()
  writeSafetensors(join(folder, 'model.safetensors'), {
    // 1 and -2 in float8_e4m3fn.
    'to_q.weight': { dtype: 'F8_E4M3', shape: [2, 1], bytes: Uint8Array.of(0x38, 0xc0) },
    'to_q.scale_weight': tensor(0.25),
    scaled_fp8: { dtype: 'F8_E4M3', shape: [0], bytes: new Uint8Array() },
  })
  const stored = weightsOf(await openDiffusersFolder(folder))
    .at('to_q')
    .tensor('weight', [2, 1])
  expect([...(await readTensor(stored))]).toEqual([0.25, -0.5])
})

test.each(['to_q.weight_scale_inv', 'to_q.weight_scale_2', 'attn.in_proj_scale_weight', 'to_k.scale_weight'])(
  'a scale that no weight has, %s, is refused by name: a weight would be used without it',
  async name => {
    const folder = tempFolder()
    writeSafetensors(join(folder, 'model.safetensors'), {
      'to_q.weight': { dtype: 'F8_E4M3', shape: [2, 1], bytes: Uint8Array.of(0x38, 0xc0) },
      'to_q.input_scale': tensor(1),
      [name]: tensor(0.25),
    })
    await expect(openDiffusersFolder(folder)).rejects.toMatchObject({
      details: { problem: { what: 'scale-unknown', tensor: name } },
    })
  },
)

describe('Which file of a folder holds the weights', () => {
  test.each([
    ['the plain one before variants', ['model.safetensors', 'model.fp16.safetensors'], 'model.safetensors'],
    [
      'a variant alone',
      ['diffusion_pytorch_model.fp16.safetensors'],
      'diffusion_pytorch_model.fp16.safetensors',
    ],
    [
      'the first of two variants',
      ['model.fp16.safetensors', 'model.bf16.safetensors'],
      'model.bf16.safetensors',
    ],
    ['not what is named otherwise', ['lora.safetensors', 'model.safetensors'], 'model.safetensors'],
  ])('%s', async (_, files, chosen) => {
    const folder = tempFolder()
    for (const file of files) writeSafetensors(join(folder, file), { [file]: tensor(1) })
    const source = await openDiffusersFolder(folder)
    expect(source.place).toBe(join(folder, chosen))
    expect(source.find(chosen, [1])).toBeDefined()
  })

  test('shards, through their index, each tensor in its own file', async () => {
    const folder = tempFolder()
    writeSafetensors(join(folder, 'model-00001-of-00002.safetensors'), { a: tensor(1), unlisted: tensor(9) })
    writeSafetensors(join(folder, 'model-00002-of-00002.safetensors'), { b: tensor(2, 3) })
    index(folder, { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' })
    const source = await openDiffusersFolder(folder)
    expect(source.find('a', [1])?.file).toMatch(/00001-of-00002/)
    expect(source.find('b', [2])).toMatchObject({ shape: [2], file: expect.stringMatching(/00002-of-00002/) })
    expect(source.find('unlisted', [1])).toBeUndefined()
  })

  test('links into a cache of blobs', async () => {
    const [folder, cache] = [tempFolder(), tempFolder()]
    writeSafetensors(join(cache, 'c0ffee'), { a: tensor(1) })
    symlinkSync(join(cache, 'c0ffee'), join(folder, 'model.safetensors'))
    expect((await openDiffusersFolder(folder)).find('a', [1])?.file).toMatch(/c0ffee$/)
  })
})

describe('A folder without usable weights is refused with one sentence', () => {
  const refused: Record<string, [(folder: string) => void, RegExp]> = {
    'an empty one': [() => {}, /holds no \.safetensors file/],
    'one with a pickle only': [
      folder => writeFileSync(join(folder, 'diffusion_pytorch_model.bin'), ''),
      /only a pickle \(diffusion_pytorch_model\.bin\)/,
    ],
    'shards without their index': [
      folder => writeSafetensors(join(folder, 'model-00001-of-00002.safetensors'), { a: tensor(1) }),
      /holds no \.safetensors file/,
    ],
    'an index that is no JSON': [
      folder => writeFileSync(join(folder, 'model.safetensors.index.json'), '{'),
      /not valid JSON/,
    ],
    'an index with numbers': [folder => index(folder, { a: 1 }), /not an index of shards/],
    'an index that leads outside': [
      folder => index(folder, { a: '../model.safetensors' }),
      /not the name of a file beside it/,
    ],
    'an index that names an absolute path': [
      folder => index(folder, { a: '/etc/passwd' }),
      /not the name of a file/,
    ],
    'a missing shard': [
      folder => index(folder, { a: 'model-00001-of-00001.safetensors' }),
      /it does not exist/,
    ],
    'a shard without what is promised': [
      folder => {
        writeSafetensors(join(folder, 'model-00001-of-00001.safetensors'), { b: tensor(1) })
        index(folder, { a: 'model-00001-of-00001.safetensors' })
      },
      /lacks "a", which the index promises/,
    ],
  }
  test.each(Object.entries(refused))('%s', async (_, [prepare, sentence]) => {
    const folder = tempFolder()
    prepare(folder)
    const error = await openDiffusersFolder(folder).catch(toAppError)
    expect(error).toMatchObject({ code: 'model-file' })
    expect(error instanceof AppError && errorSentence(en, error)).toMatch(sentence)
  })

  test('one that is missing', async () => {
    const folder = join(tempFolder(), 'unet')
    await expect(openDiffusersFolder(folder)).rejects.toMatchObject({ details: { file: folder } })
  })

  test('a folder in place of the file', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'model.safetensors'))
    await expect(openDiffusersFolder(folder)).rejects.toMatchObject({ code: 'model-file' })
  })
})

describe('Weights by module path', () => {
  test('a tensor of another shape is named with what it should be and what it is', async () => {
    const folder = tempFolder()
    writeSafetensors(join(folder, 'model.safetensors'), { 'blocks.0.norm.weight': tensor(1, 2) })
    const weights = weightsOf(await openDiffusersFolder(folder))
      .at('blocks', 0)
      .at('norm')
    expect(weights.path).toBe('blocks.0.norm')
    expect(weights.tensor('weight', [2])).toMatchObject({ name: 'blocks.0.norm.weight' })
    expect(() => weights.tensor('weight', [2, 1])).toThrow(
      /"tensor-shape","tensor":"blocks\.0\.norm\.weight","expected":\[2,1\],"found":\[2\]/,
    )
    expect(() => weights.tensor('bias', [2])).toThrow(/"tensor-missing","tensor":"blocks\.0\.norm\.bias"/)
  })
})
