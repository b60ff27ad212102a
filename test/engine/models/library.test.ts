/** Models are found in folders, with their parts, Refiners and hashes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { type LibraryOptions, type ModelCatalogue, readModels } from '../../../src/engine/models/library.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { modelsFolder, oracleCheckpoints, oracleModels } from '../../helpers/models/oracle-models.ts'

const oracle = oracleModels()
const partTwo = oracleCheckpoints()
let tiny: string
let built: string
beforeAll(async () => {
  tiny = await oracle.models()
  built = join(await partTwo.built('checkpoints/'), 'checkpoints')
})

const read = (root: string, options: Partial<LibraryOptions> = {}): Promise<ModelCatalogue> =>
  readModels({ roots: [root], linkTargets: [], cache: memoryHashCache(), ...options })

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name).sort()

/** Name → sentence. */
const reasons = ({ unused }: ModelCatalogue): Record<string, string> =>
  Object.fromEntries(unused.map(({ name, error }) => [name, errorSentence(en, error)]))

describe('Models are found', () => {
  test('at the root and in checkpoints/, as files and folders, in sub-folders, one folder deeper, in the hub’s cache', async () => {
    const root = modelsFolder({
      'file.safetensors': `${tiny}/tiny-base.safetensors`,
      folder: `${tiny}/tiny-base`,
      'checkpoints/styles/ink.safetensors': `${tiny}/tiny-base.safetensors`,
      'unpacked/inner': `${tiny}/tiny-base`,
      'pair/base': `${tiny}/tiny-base`,
      'pair/refiner': `${tiny}/tiny-refiner`,
      'models--stab--xl/snapshots/0ff1ce': `${tiny}/tiny-base`,
      'notes.txt': `${tiny}/tiny-base/model_index.json`,
    })
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['file', 'folder', 'pair', 'stab/xl', 'styles/ink', 'unpacked'])
    expect(catalogue.unused).toEqual([])
  })

  test('without model_index.json, scheduler and tokenizers too', async () => {
    const root = modelsFolder({ bare: `${tiny}/tiny-base`, whole: `${tiny}/tiny-base` })
    for (const part of ['model_index.json', 'scheduler', 'tokenizer', 'tokenizer_2']) {
      rmSync(join(root, 'bare', part), { recursive: true })
    }
    const { models } = await read(root)
    const [bare, whole] = models
    expect(bare?.parts.tokenizer).toMatchObject({ from: 'clip', tokens: 1024 })
    expect(bare?.parts.zerosForNoNegative).toBe(whole?.parts.zerosForNoNegative)
    expect(bare?.sampler).toBe(whole?.sampler)
  })

  test('the hub’s main revision before others, through links into its blobs', async () => {
    const root = modelsFolder({
      'models--o--m/snapshots/aaa': `${tiny}/tiny-base`,
      'models--o--m/snapshots/bbb/README.md': `${tiny}/tiny-base/model_index.json`,
    })
    const hub = join(root, 'models--o--m')
    mkdirSync(join(hub, 'refs'))
    writeFileSync(join(hub, 'refs/main'), 'aaa\n')
    const vae = join(hub, 'snapshots/aaa/vae/diffusion_pytorch_model.safetensors')
    mkdirSync(join(hub, 'blobs'))
    writeFileSync(join(hub, 'blobs/c0ffee'), readFileSync(vae))
    rmSync(vae)
    symlinkSync('../../../blobs/c0ffee', vae)
    const catalogue = await read(root)
    expect([namesOf(catalogue.models), catalogue.unused]).toEqual([['o/m'], []])
  })

  test('in additional folders; the first of two models with one name counts', async () => {
    const ours = modelsFolder({ 'a.safetensors': `${tiny}/tiny-base.safetensors` })
    const theirs = modelsFolder({
      'Stable-diffusion/a.safetensors': `${tiny}/tiny-base.safetensors`,
      'Stable-diffusion/b.safetensors': `${tiny}/tiny-base.safetensors`,
      'Lora/pixel.safetensors': partTwo.path('lora/locon.safetensors'),
    })
    const catalogue = await read(ours, { roots: [ours, theirs] })
    expect(namesOf(catalogue.models)).toEqual(['a', 'b'])
    expect(catalogue.models[0]?.storage.path).toBe(join(ours, 'a.safetensors'))
    expect(reasons(catalogue).a).toContain(`its name is taken by ${join(ours, 'a.safetensors')}`)
    expect(catalogue.files).toMatchObject([{ kind: 'lora', name: 'pixel' }])
  })

  test('with the files that are used with them, each with hash, family, size and types', async () => {
    const root = modelsFolder({
      'loras/sub/locon.safetensors': partTwo.path('lora/locon.safetensors'),
      'embeddings/my-cat.safetensors': partTwo.path('embeddings/my-cat.safetensors'),
      'vae/original.safetensors': join(built, 'vae-original.safetensors'),
      'vae/folder': `${tiny}/tiny-base/vae`,
    })
    const { files, unused } = await read(root)
    expect(unused).toEqual([])
    expect(files.map(({ kind, name, family }) => `${kind} ${name} ${family}`)).toEqual([
      'embedding my-cat SDXL',
      'lora sub/locon SDXL',
      'vae folder SDXL',
      'vae original SDXL',
    ])
    for (const { hash, storage } of files) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/)
      expect(storage.bytes).toBeGreaterThan(100)
      expect(storage.dtypes[0]).toMatch(/^F(16|32)$/)
    }
  })
})

describe('Links', () => {
  test('out of the folder are followed where the configuration allows it', async () => {
    const root = modelsFolder({})
    symlinkSync(`${tiny}/tiny-base`, join(root, 'linked'))
    symlinkSync(`${tiny}/tiny-base.safetensors`, join(root, 'file.safetensors'))
    expect(namesOf((await read(root)).models)).toEqual([])
    expect(namesOf((await read(root, { linkTargets: [tiny] })).models)).toEqual(['file', 'linked'])
    expect(namesOf((await read(root, { linkTargets: [dirname(tiny)] })).models)).toEqual(['file', 'linked'])
  })
})

describe('What a checkpoint lacks', () => {
  test('comes from where the configuration says, or is named with the key that would say it', async () => {
    const root = modelsFolder({
      'base.safetensors': `${tiny}/tiny-base.safetensors`,
      'bare.safetensors': join(built, 'unet-only-bare.safetensors'),
      'text.safetensors': join(built, 'no-text-encoders.safetensors'),
      'vae/one.safetensors': join(built, 'vae-original.safetensors'),
      'vae/two.safetensors': join(built, 'vae-diffusers.safetensors'),
    })
    expect(reasons(await read(root))).toEqual({
      bare: expect.stringContaining('it has no text encoders; models.bare.textEncoders in the configuration'),
      text: expect.stringContaining('it has no text encoders; models.text.textEncoders in the configuration'),
    })
    const choices = { bare: { textEncoders: 'base' }, text: { textEncoders: 'base', vae: 'two' } }
    const half = await read(root, { choices })
    expect(reasons(half)).toEqual({
      bare: expect.stringContaining('it has no VAE; models.bare.vae in the configuration'),
    })
    const all = await read(root, { choices: { ...choices, bare: { textEncoders: 'base', vae: 'one' } } })
    expect(namesOf(all.models)).toEqual(['bare', 'base', 'text'])
    const own = (name: string) => all.models.find(model => model.name === name)
    expect(own('bare')?.parts.networks.textEncoder?.hash).toBe(own('base')?.parts.networks.textEncoder?.hash)
    const [one, two] = all.files
    expect(own('bare')?.parts.networks.vae).toEqual(one?.vae)
    expect(own('text')?.parts.networks.vae).toEqual(two?.vae)
  })

  test('is taken from vae/ unasked where there is but one', async () => {
    const root = modelsFolder({
      'no-vae.safetensors': join(built, 'no-vae.safetensors'),
      'vae/one.safetensors': join(built, 'vae-original.safetensors'),
    })
    const { models, files } = await read(root)
    expect(models[0]?.parts.networks.vae).toEqual(files[0]?.vae)
  })

  test('is not looked for in a circle', async () => {
    const file = join(built, 'no-text-encoders.safetensors')
    const root = modelsFolder({ 'a.safetensors': file, 'b.safetensors': file })
    const choices = { a: { textEncoders: 'b' }, b: { textEncoders: 'a' } }
    expect(namesOf((await read(root, { choices })).unused)).toEqual(['a', 'b'])
    const unknown = reasons(await read(root, { choices: { a: { textEncoders: 'nobody' } } }))
    expect(unknown.a).toContain('no model named “nobody”')
  })
})

describe('Refiners', () => {
  test('in single files are paired with every matching Base', async () => {
    const root = modelsFolder({
      'base.safetensors': `${tiny}/tiny-base.safetensors`,
      'sd_xl_refiner.safetensors': `${tiny}/tiny-refiner.safetensors`,
      folder: `${tiny}/tiny-base`,
    })
    const { models, unused } = await read(root)
    expect(models.map(({ name, refiner }) => [name, refiner !== undefined])).toEqual([
      ['base', true],
      ['folder', true],
    ])
    expect(unused).toEqual([])
  })

  test('without a Base are named', async () => {
    const root = modelsFolder({ 'refiner.safetensors': `${tiny}/tiny-refiner.safetensors` })
    expect(reasons(await read(root)).refiner).toContain('no model is there that it belongs to')
  })

  test('share with their Base what is the same, by its hash', async () => {
    const root = modelsFolder({
      'base.safetensors': `${tiny}/tiny-base.safetensors`,
      'refiner.safetensors': `${tiny}/tiny-refiner.safetensors`,
      'pair/base': `${tiny}/tiny-base`,
      'pair/refiner': `${tiny}/tiny-refiner`,
    })
    for (const { parts, refiner } of (await read(root)).models) {
      expect(refiner?.parts.networks.vae.hash).toBe(parts.networks.vae.hash)
      expect(refiner?.parts.networks.textEncoder2.hash).toBe(parts.networks.textEncoder2.hash)
    }
  })
})

describe('Hashes', () => {
  test('a single file has the hash that other programs show, and a byte that changes changes it', async () => {
    const root = modelsFolder({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    const file = join(root, 'base.safetensors')
    const sum = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64)
    const before = await read(root)
    expect(before.models[0]?.hash).toBe(sum)
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    rmSync(file)
    writeFileSync(file, bytes)
    expect((await read(root)).models[0]?.hash).not.toBe(sum)
  })
})

describe('Diffusers folders of every age', () => {
  /** tiny-base with one file written anew. */
  function changed(path: string, change: (text: string) => string): string {
    const root = modelsFolder({ model: `${tiny}/tiny-base` })
    const file = join(root, 'model', path)
    const text = readFileSync(file, 'latin1')
    const edited = change(text)
    expect(edited).not.toBe(text)
    rmSync(file)
    writeFileSync(file, edited, 'latin1')
    return root
  }

  test.each([
    ['no class', '"architectures"', '"other"'],
    ['the class that saved it', '"CLIPTextModelWithProjection"', '"CLIPModel"'],
  ])('a text encoder whose config names %s has a projection if its weights do', async (_, stated, other) => {
    const root = changed('text_encoder_2/config.json', text => text.replace(stated, other))
    const { models } = await read(root)
    expect(models[0]?.parts.networks.textEncoder2.config.architectures).toEqual([
      'CLIPTextModelWithProjection',
    ])
  })

  test('a text encoder whose config has no end token has transformers’ own, and not the legacy rule', async () => {
    const root = changed('text_encoder_2/config.json', text => text.replace('"eos_token_id"', '"other"'))
    const { models } = await read(root)
    expect(models[0]?.parts.networks.textEncoder2.config.eos_token_id).toBe(49_407)
  })

  test.each([
    [
      'unet/config.json',
      '"sample_size": 16',
      '"sample_size": -1',
      /sample_size is -1; it must be at least 1/,
    ],
    ['unet/config.json', '"sample_size": 16', '"sample_size": 0', /sample_size is 0; it must be at least 1/],
    [
      'unet/config.json',
      '"sample_size": 16',
      '"sample_size": 1e308',
      /sample_size is 1e\+308; it must be at most/,
    ],
    [
      'vae/config.json',
      '"block_out_channels": [',
      '"block_out_channels": [1,1,1,1,1,1,1,1,1,',
      /block_out_channels/,
    ],
    ['scheduler/scheduler_config.json', '"beta_start": 0.00085', '"beta_start": -1', /beta_start/],
  ])('%s with %s made %s is named', async (path, from, to, sentence) => {
    const catalogue = await read(changed(path, text => text.replace(from, to)))
    const [reason] = Object.values(reasons(catalogue))
    expect([catalogue.models.length, reason]).toEqual([0, expect.stringMatching(sentence)])
  })
})
