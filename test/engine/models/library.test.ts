/** Promises of the models folders: everything in them is accounted for, and one bad entry takes nothing else down. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import {
  isOfNoUse,
  type LibraryOptions,
  type ModelCatalogue,
  readModels,
} from '../../../src/engine/models/library.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { modelsFolder, oracleCheckpoints, oracleModels } from '../../helpers/models/oracle-models.ts'
import { writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

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

describe('One bad entry takes nothing else down', () => {
  test('a link that leads nowhere, a circle of links, a pipe, a device, a folder in place of a file, no room for names', async () => {
    const root = modelsFolder({ 'sound.safetensors': `${tiny}/tiny-base.safetensors` })
    symlinkSync('/nowhere', join(root, 'old'))
    symlinkSync('b', join(root, 'a'))
    symlinkSync('a', join(root, 'b'))
    mkdirSync(join(root, 'loras'))
    symlinkSync('..', join(root, 'loras', 'up'))
    symlinkSync('/dev/null', join(root, 'null'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    mkdirSync(join(root, 'odd.safetensors'))
    writeFileSync(join(root, 'a\u001b[31mb.safetensors'), 'x')
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['sound'])
    const said = reasons(catalogue)
    expect(said.old).toContain('a link to /nowhere, which does not exist')
    expect(said.a).toContain('links lead in a circle')
    expect(said.up).toContain('links lead in a circle')
    expect(said.null).toContain('link out of the models folder, to /dev/null')
    expect(said.pipe).toContain('no regular file')
    expect(said['a\u001b[31mb']).toContain('control characters')
    expect(Object.keys(said)).toHaveLength(7)
  })

  test('inside a model’s folder too: a pipe in place of a config, a link out of it', async () => {
    const root = modelsFolder({
      pipe: `${tiny}/tiny-base`,
      leading: `${tiny}/tiny-base`,
      sound: `${tiny}/tiny-base`,
    })
    rmSync(join(root, 'pipe/unet/config.json'))
    execFileSync('mkfifo', [join(root, 'pipe/unet/config.json')])
    rmSync(join(root, 'leading/vae'), { recursive: true })
    symlinkSync(`${tiny}/tiny-base/vae`, join(root, 'leading/vae'))
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['sound'])
    expect(reasons(catalogue)).toMatchObject({
      pipe: expect.stringContaining('no regular file'),
      leading: expect.stringContaining('link out of the models folder'),
    })
  })

  test('a broken Refiner beside a sound Base', async () => {
    const root = modelsFolder({ 'pair/base': `${tiny}/tiny-base`, 'pair/refiner': `${tiny}/tiny-refiner` })
    const weights = join(root, 'pair/refiner/unet/diffusion_pytorch_model.safetensors')
    const bytes = readFileSync(weights)
    rmSync(weights)
    writeFileSync(weights, bytes.subarray(0, 1000))
    const catalogue = await read(root)
    expect(catalogue.models).toMatchObject([{ name: 'pair' }])
    expect(catalogue.models[0]?.refiner).toBeUndefined()
    expect(reasons(catalogue)['pair/refiner']).toContain('cut short')
  })

  test('the models folder being a file, or missing', async () => {
    const file = join(tempFolder(), 'models')
    writeFileSync(file, '')
    expect(reasons(await read(file))).toEqual({ [file]: expect.stringContaining('it is no folder') })
    expect(await read('/nowhere/models')).toEqual({ models: [], files: [], unused: [] })
    const named = await read('/nowhere/models', { roots: ['/nowhere/models', '/nowhere/theirs'] })
    expect(reasons(named)['/nowhere/theirs']).toContain('does not exist')
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

describe('What is of no use is named with what it is', () => {
  test('files of other families, of other kinds, and none that Easel knows; none of it is called damaged', async () => {
    const refuse = partTwo.path('checkpoints/refuse')
    const catalogue = await read(
      modelsFolder({ '.': refuse, 'loras/sd15.safetensors': `${refuse}/sd15.safetensors` }),
    )
    const said = reasons(catalogue)
    expect(said.sd2).toContain('a checkpoint for SD 2.x')
    expect(said['lora-as-checkpoint']).toContain('it is a LoRA; those belong into the folder loras/')
    expect(said['controlnet-as-checkpoint']).toContain('belong into the folder controlnet/')
    expect(said['clip-only']).toContain('a text encoder, which is of no use by itself')
    expect(said.unknown).toContain('its first tensors are encoder.block.0.weight')
    expect(said.pickle).toContain('Python pickle')
    const damaged = catalogue.unused.filter(one => !isOfNoUse(one))
    expect(namesOf(damaged)).toEqual(['pickle'])
  })

  test('a pickle is reported under any name, a document is passed over', async () => {
    const root = modelsFolder({})
    const pickle = Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', 'latin1')
    const document = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      Buffer.alloc(22),
      Buffer.from('\x05\0\0\0a.xml'),
    ])
    const names = ['a.pkl', 'a.txt', 'a.jpg', 'a.json']
    for (const name of names) writeFileSync(join(root, name), pickle)
    writeFileSync(join(root, 'notes.odt'), document)
    writeFileSync(join(root, 'notes.txt'), 'A text of some length.')
    const catalogue = await read(root)
    expect(namesOf(catalogue.unused)).toEqual([...names].sort())
    for (const reason of Object.values(reasons(catalogue))) expect(reason).toContain('Python pickle')
  })

  test('a truncated download is reported with the missing bytes, under any name', async () => {
    const root = modelsFolder({ 'cut.safetensors': `${tiny}/tiny-base-fp32.safetensors` })
    const whole = readFileSync(join(root, 'cut.safetensors'))
    rmSync(join(root, 'cut.safetensors'))
    writeFileSync(join(root, 'cut.safetensors.part'), whole)
    truncateSync(join(root, 'cut.safetensors.part'), whole.length - 12_345)
    expect(reasons(await read(root))['cut.safetensors.part']).toContain(
      `12345 of its ${whole.length} bytes are missing`,
    )
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

  test('a text encoder whose config names no architecture has a projection if its weights do', async () => {
    const root = changed('text_encoder_2/config.json', text => text.replace('"architectures"', '"other"'))
    const { models } = await read(root)
    expect(models[0]?.parts.networks.textEncoder2.config.architectures).toEqual([
      'CLIPTextModelWithProjection',
    ])
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

test('another program’s whole folder: its models and embeddings, and nothing of the program', async () => {
  const program = modelsFolder({
    'models/Stable-diffusion/ink.safetensors': `${tiny}/tiny-base.safetensors`,
    'models/Lora/pixel.safetensors': partTwo.path('lora/locon.safetensors'),
    'embeddings/my-cat.safetensors': partTwo.path('embeddings/my-cat.safetensors'),
    'venv/lib/weights.safetensors': `${tiny}/tiny-base.safetensors`,
  })
  const catalogue = await read(modelsFolder({}), { roots: [modelsFolder({}), program] })
  expect(namesOf(catalogue.models)).toEqual(['ink'])
  expect(catalogue.files.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
    'embedding my-cat',
    'lora pixel',
  ])
  expect(catalogue.unused).toEqual([])
})

test('what lies beside models in downloads and in other programs’ folders is no damaged model', async () => {
  const root = modelsFolder({
    folder: `${tiny}/tiny-base`,
    'ink.safetensors': `${tiny}/tiny-base.safetensors`,
  })
  mkdirSync(join(root, 'loras'))
  for (const [name, text] of Object.entries({
    LICENSE: 'MIT License\n\nCopyright',
    'LICENSE.md': 'MIT License',
    README: 'short',
    Makefile: 'all:\n',
    CHANGELOG: '',
    put_checkpoints_here: '',
    'loras/put_loras_here': '',
    'loras/Put Lora here.txt': '',
    'README.md': '# Ink\n',
    '.gitattributes': '*.safetensors filter=lfs\n',
    '.DS_Store': '\0\0\0\x01Bud1',
    'Thumbs.db': '\xd0\xcf',
    'ink.preview.png': '\x89PNG',
    'ink.jpeg': '\xff\xd8\xff',
    'ink.civitai.info': '{"id": 1, "model": {"name": "Ink"}}',
    'ink.json': '{"activation text": "ink"}',
    'ink.sha256': 'e3b0c442  ink.safetensors\n',
    'ink.yaml': 'model:\n  target: sgm\n',
    'folder/LICENSE': 'MIT License',
    'folder/.gitattributes': '*.bin filter=lfs\n',
  }))
    writeFileSync(join(root, name), text, 'latin1')
  const catalogue = await read(root)
  expect([namesOf(catalogue.models), reasons(catalogue)]).toEqual([['folder', 'ink'], {}])
})

test('weights without an extension are models, and large ones that cannot be read are named', async () => {
  const root = modelsFolder({ ink: `${tiny}/tiny-base.safetensors` })
  writeFileSync(join(root, 'pickled'), Buffer.from('8002580a00000061', 'hex'))
  writeFileSync(join(root, 'noise'), Buffer.alloc(1_000_001, 7))
  writeFileSync(join(root, 'cut'), readFileSync(join(root, 'ink')).subarray(0, 200_000))
  const catalogue = await read(root)
  expect(namesOf(catalogue.models)).toEqual(['ink'])
  const said = reasons(catalogue)
  expect(Object.keys(said).sort()).toEqual(['cut', 'noise', 'pickled'])
  expect(said.pickled).toContain('Python pickle')
  expect(said.cut).toMatch(/bytes/)
})

test.each([
  ['loras/glora', { 'lora_unet_x_to_k.a2.weight': ['F16', 4, 4] }, 'GLoRA'],
  ['loras/ia3', { 'lora_unet_x_to_k.weight': ['F16', 4, 1], 'lora_unet_x_to_k.on_input': ['U8', 1] }, 'IA³'],
  ['loras/empty', {}, 'holds no tensors'],
  [
    'nf4',
    {
      'model.diffusion_model.input_blocks.0.0.weight': ['F16', 8, 4, 3, 3],
      'model.diffusion_model.label_emb.0.0.weight': ['F16', 8, 8],
      'model.diffusion_model.x.weight.quant_state.bitsandbytes__nf4': ['U8', 64],
    },
    'bitsandbytes NF4',
  ],
  [
    'vae/eight',
    {
      'decoder.mid_block.resnets.0.norm1.weight': ['F32', 8],
      'decoder.conv_in.weight': ['F32', 8, 8, 3, 3],
    },
    'its latents have 8 channels; SDXL’s have 4',
  ],
] as const)('%s is named for what it is', async (name, header, sentence) => {
  const root = modelsFolder({})
  mkdirSync(dirname(join(root, name)), { recursive: true })
  const widths: Readonly<Record<string, number>> = { F32: 4, F16: 2, U8: 1 }
  const tensors = Object.entries<readonly [string, ...number[]]>(header).map(
    ([tensor, [dtype, ...shape]]) => {
      const bytes = new Uint8Array(shape.reduce((product, side) => product * side, widths[dtype] ?? 1))
      return [tensor, { dtype, shape, bytes }] as const
    },
  )
  writeSafetensors(join(root, `${name}.safetensors`), Object.fromEntries(tensors))
  expect(Object.values(reasons(await read(root)))).toEqual([expect.stringContaining(sentence)])
})

describe('A folder that was not downloaded whole', () => {
  test.each([
    ['text_encoder', 'has no text encoders'],
    ['text_encoder_2', 'has no text encoders'],
    ['vae', 'has no VAE'],
    ['unet', 'unet'],
  ])('without %s is named for what it lacks, beside a whole Base', async (part, sentence) => {
    const root = modelsFolder({ partial: `${tiny}/tiny-base`, whole: `${tiny}/tiny-base` })
    rmSync(join(root, 'partial', part), { recursive: true })
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['whole'])
    // It has half of its text: that does not make it a Refiner.
    expect(catalogue.models[0]?.refiner).toBeUndefined()
    expect(reasons(catalogue)).toEqual({ partial: expect.stringContaining(sentence) })
    expect(reasons(catalogue).partial).not.toContain('Easel paints with SDXL')
  })
})
