/** Files and folders that are no usable models: each is named with its reason, and hides no other. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import {
  isIntact,
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
beforeAll(async () => {
  tiny = await oracle.models()
})

const read = (root: string, options: Partial<LibraryOptions> = {}): Promise<ModelCatalogue> =>
  readModels({ roots: [root], linkTargets: [], cache: memoryHashCache(), ...options })

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name).sort()

/** Name → sentence. */
const reasons = ({ unused }: ModelCatalogue): Record<string, string> =>
  Object.fromEntries(unused.map(({ name, error }) => [name, errorSentence(en, error)]))

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
    // Bytes that are no UTF-8, as an archive of another system leaves them.
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x')
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['sound'])
    const said = reasons(catalogue)
    expect(said['caf\ufffd']).toContain('its name is not UTF-8: rename it')
    expect(said.old).toContain('a link to /nowhere, which does not exist')
    expect(said.a).toContain('links lead in a circle')
    expect(said.up).toContain('links lead in a circle')
    expect(said.null).toContain('link out of the models folder, to /dev/null')
    expect(said.pipe).toContain('no regular file')
    expect(said['a\u001b[31mb']).toContain('control characters')
    expect(Object.keys(said)).toHaveLength(8)
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

  test('a pipe in place of weights, of a text encoder, or of the hub’s note: nothing waits for somebody to write into it', async () => {
    const root = modelsFolder({
      weights: `${tiny}/tiny-base`,
      encoder: `${tiny}/tiny-base`,
      sound: `${tiny}/tiny-base`,
      'models--a--hub/snapshots/r1': `${tiny}/tiny-base`,
    })
    const pipes = [
      'weights/vae/diffusion_pytorch_model.safetensors',
      'encoder/text_encoder/model.safetensors',
    ]
    for (const pipe of pipes) {
      rmSync(join(root, pipe))
      execFileSync('mkfifo', [join(root, pipe)])
    }
    mkdirSync(join(root, 'models--a--hub/refs'))
    execFileSync('mkfifo', [join(root, 'models--a--hub/refs/main')])
    const catalogue = await read(root)
    expect(namesOf(catalogue.models)).toEqual(['a/hub', 'sound'])
    expect(reasons(catalogue)).toMatchObject({
      weights: expect.stringContaining(
        'vae/diffusion_pytorch_model.safetensors cannot be used: it is no regular file',
      ),
      encoder: expect.stringContaining(
        'text_encoder/model.safetensors cannot be used: it is no regular file',
      ),
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
    const damaged = catalogue.unused.filter(one => !isIntact(one))
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
