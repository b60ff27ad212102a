import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'
import { pixelsOf } from '../../helpers/models/demo-painter.ts'
import { backgroundColour, objectColour } from '../../helpers/models/picture-judges.ts'
import { type CliRun, runCli, runShell } from '../../helpers/processes/run-cli.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const easel = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: folder })
const inFolder = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(inFolder(name))

/** Runs a command that must succeed, and gives what it wrote to standard output. */
async function does(...args: string[]): Promise<string> {
  const { code, out, err } = await easel(...args)
  expect(code, err).toBe(0)
  return out
}

/** The command that `easel info` names for a picture, with real files in the place of FILE and MASK. */
async function commandOf(picture: string, files: { FILE?: string; MASK?: string } = {}): Promise<string> {
  const [line = ''] = (await does('info', picture)).split('\n').filter(text => text.startsWith('easel '))
  return line.replace(/\b(FILE|MASK)\b/g, name => (name === 'FILE' ? files.FILE : files.MASK) ?? name)
}

/** Asks for as few steps as show what is at stake. */
const quick = ['--steps', '4']

describe('the command line paints', () => {
  test('a red circle on a blue background', async () => {
    const { code, out, err } = await easel(
      'imagine',
      'a red circle on a blue background',
      '--seed',
      '7',
      '-o',
      'base.png',
    )
    expect({ code, out }).toEqual({ code: 0, out: 'base.png  128×128  seed 7\n' })
    expect(err).toMatch(
      /^loading demo …\nstep 1 of 20\nstep 5 of 20\nstep 10 of 20\nstep 15 of 20\nstep 20 of 20\ndone in \d/,
    )
    const picture = await pixelsOf(read('base.png'))
    expect([objectColour(picture, 'circle'), backgroundColour(picture)]).toEqual(['red', 'blue'])
  })

  test('a set, each picture under its number and seed', async () => {
    const out = await does(
      'imagine',
      'a green square',
      '--n',
      '2',
      '--ar',
      '3:2',
      '--seed',
      '9',
      ...quick,
      '-o',
      'set.png',
    )
    expect(out).toBe('set-1.png  160×104  seed 9\nset-2.png  160×104  seed 10\n')
  })

  test('from a photo of any size, and refines it', async () => {
    const photo = await sharp({ create: { width: 200, height: 150, channels: 3, background: '#c03020' } })
      .jpeg()
      .toBuffer()
    writeFileSync(inFolder('photo.jpg'), photo)
    const out = await does(
      'imagine',
      'a yellow moon',
      '--init',
      'photo.jpg',
      '--strength',
      '0.6',
      '--refine',
      '--seed',
      '5',
      '-o',
      'from-photo.png',
    )
    expect(out).toMatch(/^from-photo\.png {2}\d+×\d+ {2}seed 5\n$/)
    expect(await does('refine', 'base.png')).toBe('base-refined.png  128×128  seed 7\n')
    expect(await does('upscale', 'base.png', '--factor', '4')).toBe('base-x4.png  512×512\n')
  })
})

test('Ctrl-C stops between two steps, writes nothing and says so', async () => {
  const before = readdirSync(folder).sort()
  const args = ['imagine', 'a red circle', '--steps', '150', '-o', 'stopped.png']
  const { code, out, err } = await runCli(args, { cwd: folder, interruptAt: 'step 1 of 150' })
  expect({ code, out }).toEqual({ code: 130, out: '' })
  expect(err).toContain('Stopped before the picture was finished; nothing was written.\n')
  expect(readdirSync(folder).sort()).toEqual(before)
})

describe('the command that info names makes the same file again', () => {
  const cases: { name: string; make: string[]; made: string; from?: string; mask?: string }[] = [
    {
      name: 'a plain picture',
      make: ['imagine', 'a red circle', '--seed', '7', ...quick],
      made: 'plain.png',
    },
    {
      name: 'words that a shell and the grammar would both read as their own',
      make: [
        'imagine',
        `it's "50 % off" $HOME \`id\` \\ é –`,
        '--no',
        `rain, "snow" it's --steps 9`,
        '--seed',
        '8',
        ...quick,
      ],
      made: 'quoted.png',
    },
    {
      name: 'a refined one with another sampler',
      make: [
        'imagine',
        'a yellow moon',
        '--refine',
        'ensemble',
        '--sampler',
        'dpmpp-2m karras',
        '--cfg',
        '5.5',
        '--seed',
        '9',
      ],
      made: 'refined.png',
    },
    {
      name: 'one that began as another',
      make: [
        'imagine',
        'a yellow moon',
        '--init',
        'base.png',
        '--strength',
        '0.6',
        '--refine',
        '--seed',
        '10',
      ],
      made: 'image-to-image.png',
      from: 'base.png',
    },
    {
      name: 'one that was painted anew in part',
      make: [
        'imagine',
        'a yellow moon',
        '--init',
        'base.png',
        '--mask',
        'mask.png',
        '--strength',
        '0.8',
        '--seed',
        '11',
        ...quick,
      ],
      made: 'in-painted.png',
      from: 'base.png',
      mask: 'mask.png',
    },
    {
      name: 'one that the Refiner finished afterwards',
      make: ['refine', 'base.png', '--strength', '0.4', '--seed', '12'],
      made: 'finished.png',
      from: 'base.png',
    },
    {
      name: 'words that begin with a dash',
      make: ['imagine', ...quick, '--seed', '7', '--', '-old man'],
      made: 'dash.png',
    },
    {
      name: 'words over two lines, with a character that a terminal obeys',
      make: ['imagine', 'a red\ncircle \u001b[31m', '--seed', '7', ...quick],
      made: 'lines.png',
    },
    {
      name: 'one that the Refiner finished with words that begin with a dash',
      make: ['refine', 'base.png', '--seed', '12', '--prompt', '-old man'],
      made: 'finished-dash.png',
      from: 'base.png',
    },
    { name: 'an enlarged one', make: ['upscale', 'base.png'], made: 'enlarged.png', from: 'base.png' },
  ]

  beforeAll(async () => {
    await does('imagine', 'a red circle on a blue background', '--seed', '7', ...quick, '-o', 'base.png')
    const half = { create: { width: 64, height: 128, channels: 3, background: '#fff' } } as const
    const mask = sharp({ create: { width: 128, height: 128, channels: 3, background: '#000' } })
    await mask
      .composite([{ input: half, left: 0, top: 0 }])
      .png()
      .toFile(inFolder('mask.png'))
  })

  test.each(cases)('$name', async ({ make, made, from, mask }) => {
    const [name = '', ...words] = make
    await does(name, '-o', made, ...words)
    const command = await commandOf(made, { FILE: from, MASK: mask })
    const { code, err } = await runShell(command, { cwd: folder })
    expect(code, `${command}\n${err}`).toBe(0)
    expect(read('again.png').equals(read(made)), command).toBe(true)
  })

  test('one of a set', async () => {
    await does('imagine', 'a green square', '--n', '2', '--seed', '9', ...quick, '-o', 'pair.png')
    const { code } = await runShell(await commandOf('pair-2.png'), { cwd: folder })
    expect(code).toBe(0)
    expect(read('again.png').equals(read('pair-2.png'))).toBe(true)
  })
})

describe('a picture is written as its name says', () => {
  test.each([
    ['webp', 'RIFF'],
    ['jpg', '\xff\xd8\xff'],
    ['jpeg', '\xff\xd8\xff'],
  ])('.%s', async (extension, magic) => {
    const made = `made.${extension}`
    await does('imagine', 'a green square', '--seed', '9', ...quick, '-o', made)
    expect(read(made).toString('latin1', 0, magic.length)).toBe(magic)
    const { code } = await runShell(await commandOf(made), { cwd: folder })
    expect(code).toBe(0)
    expect(read(`again.${extension}`).equals(read(made))).toBe(true)
  })

  test('its parameters may be read in part', async () => {
    await does('imagine', 'a green square', '--seed', '9', ...quick, '-o', 'read.png')
    expect((await runShell('easel info read.png | true', { cwd: folder })).err).toBe('')
  })
})

describe('bad input gets one clear sentence', () => {
  /** The sentence on standard error; nothing may have been written. */
  async function refused(args: readonly string[], code: number): Promise<string> {
    const before = readdirSync(folder).sort()
    const run = await easel(...args)
    expect(run.out).toBe('')
    expect(run.err).toMatch(/^(?:easel: [^\n]+\n)+$/)
    expect(run.code, run.err).toBe(code)
    expect(readdirSync(folder).sort()).toEqual(before)
    return run.err.replace(/^easel: /, '').trimEnd()
  }
  const circle = ['imagine', 'a red circle']

  test.each([
    ['an unknown flag', [...circle, '--bogus', '3'], /no flag --bogus/],
    ['a flag that is nearly one', [...circle, '--sede', '3'], /--seed/],
    ['too many steps', [...circle, '--steps', '1000'], /^steps is 1000, but must be from 1 to 150\.$/],
    ['a seed below -1', [...circle, '--seed', '-2'], /^seed is -2, but must be from -1 to \d+\.$/],
    ['words for a number', [...circle, '--steps', 'many'], /--steps.*many/],
    [
      'a size that no model can do',
      [...circle, '--size', '100x100'],
      /steps of 8 .*100×100.* nearest is 104×104/,
    ],
    ['an unknown model', [...circle, '--model', 'demmo'], /no model “demmo”.*demo/],
    ['an unknown sampler', [...circle, '--sampler', 'eular'], /no sampler “eular”.*euler/],
    ['a flag that is like none', [...circle, '--qqqqqq'], /easel imagine --help lists them all/],
    ['a parameter of Midjourney', [...circle, '--chaos', '3'], /easel imagine --help tells/],
    ['an empty prompt', ['imagine', ''], /Say what to paint, e\.g\. easel imagine "/],
    [
      'a set for standard output',
      [...circle, '--n', '2', '-o', '-'],
      /^- takes one picture, and this makes 2/,
    ],
    ['a set for a device', [...circle, '--n', '2', '-o', '/dev/null'], /^\/dev\/null takes one picture/],
    ['no prompt', ['imagine', '--steps', '3'], /Say what to paint/],
    ['a prompt of 10,000 characters', ['imagine', 'a'.repeat(10_000)], /has 10000 characters; at most 4000/],
    ['an unknown command', ['imagin'], /unknown command 'imagin' \(Did you mean imagine\?\)/],
    ['a missing file name', ['info'], /missing required argument 'file'/],
    ['an unknown option', ['serve', '--bogus'], /unknown option '--bogus'/],
    ['a factor that there is none of', ['upscale', 'x.png', '--factor', '3'], /2, 4/],
    [
      'a kind of file that there is none of',
      [...circle, '-o', 'out.gif'],
      /\.webp or \.jpg, not as \.gif\.$/,
    ],
    ['no days', ['stats', '--days', '0'], /--days must be more than 0/],
    ['statistics of nothing', ['stats'], /There is no .*easel\.sqlite yet/],
    [
      'several things at once',
      [...circle, '--bogus', '3', '--model', 'demmo', '--n', '99'],
      /no flag --bogus.*\n.*no model “demmo”.*\n.*n is 99/,
    ],
  ])('used wrongly, exit code 2: %s', async (_, args, sentence) => {
    expect(await refused(args, 2)).toMatch(sentence)
  })

  test.each([
    [
      'a picture that is not there',
      [...circle, '--init', 'none.png'],
      /^none\.png cannot be read: there is no such file/,
    ],
    ['a picture that is none', [...circle, '--init', 'words.txt'], /not a picture/],
    [
      'an info of what is no picture',
      ['info', 'words.txt'],
      /^words\.txt is not a PNG, JPEG or WebP picture\.$/,
    ],
    [
      'a place that cannot be written',
      [...circle, '-o', 'none/out.png'],
      /^none\/out\.png cannot be written: there is no such/,
    ],
    ['a folder in the place of the file', [...circle, '-o', '.'], /cannot be written: it is a folder/],
    ['a configuration that is not there', ['models', '--config', 'none.yaml'], /none\.yaml cannot be read/],
    [
      'a configuration that is no YAML',
      ['models', '--config', 'broken.yaml'],
      /broken\.yaml is wrong at the top level: this is not YAML/,
    ],
    [
      'a setting of another kind',
      ['models', '--config', 'wrong.yaml'],
      /wrong at web\.port: "x" is not a whole number/,
    ],
    [
      'a setting that there is none of',
      ['models', '--config', 'typo.yaml'],
      /dataDri.*did you mean dataDir\?/,
    ],
  ])('not to be had, exit code 1: %s', async (_, args, sentence) => {
    writeFileSync(inFolder('words.txt'), 'a red circle')
    writeFileSync(inFolder('broken.yaml'), ': : [')
    writeFileSync(inFolder('wrong.yaml'), 'web: { port: x }')
    writeFileSync(inFolder('typo.yaml'), 'dataDri: x')
    expect(await refused(args, 1)).toMatch(sentence)
  })
})

describe('a models folder with models that cannot be used', () => {
  const withModels = ['--config', 'models.yaml']
  const demo = join(packageRoot, 'models/demo/base')

  function model(name: string, spoil: (path: string) => void): void {
    const path = inFolder(`own-models/${name}`)
    cpSync(demo, path, { recursive: true })
    spoil(path)
  }
  const edited = (file: string, from: string, to: string) => (path: string) => {
    const text = readFileSync(join(path, file), 'utf8')
    expect(text).toContain(from)
    writeFileSync(join(path, file), text.replace(from, to))
  }

  beforeAll(() => {
    mkdirSync(inFolder('own-models'))
    writeFileSync(inFolder('models.yaml'), 'modelsDir: own-models\ndefaultModel: good\n')
    model('good', () => {})
    model('missing', path => rmSync(join(path, 'vae/diffusion_pytorch_model.safetensors')))
    model('truncated', path => truncateSync(join(path, 'unet/diffusion_pytorch_model.safetensors'), 100_000))
    model('lying', edited('unet/config.json', '"in_channels": 4', '"in_channels": 9'))
    model('strange', edited('text_encoder/config.json', '"quick_gelu"', '"squared_relu"'))
  })

  test('names each file and what is wrong with it, and offers the others', async () => {
    const { code, out, err } = await easel('models', ...withModels)
    expect(code).toBe(0)
    expect(out).toMatch(/^good {2}.*\(default\)\n$/)
    const lines = err.trimEnd().split('\n')
    const lineOf = (name: string) => lines.find(line => line.startsWith(`${name}: `)) ?? ''
    expect(lines).toHaveLength(4)
    expect(lineOf('missing')).toMatch(/missing\/vae cannot be used: it holds no \.safetensors file\.$/)
    expect(lineOf('truncated')).toMatch(/truncated\/unet\/diffusion_pytorch_model\.safetensors/)
    expect(lineOf('lying')).toMatch(/lying\/unet\/.*conv_in/)
    expect(lineOf('strange')).toMatch(/strange\/text_encoder\/config\.json .*hidden_act/)
  })

  test('doctor tries what it can, counts what is wrong, and proposes no model that cannot be used', async () => {
    writeFileSync(inFolder('gone.yaml'), 'modelsDir: own-models\ndefaultModel: gone\n')
    const { code, out } = await easel('doctor', '--config', 'gone.yaml')
    expect(code).toBe(1)
    expect(out.split('\n').filter(line => line.startsWith('WRONG'))).toHaveLength(5)
    expect(out).toMatch(/WRONG +Models +.*gone.*known: good\n/)
    expect(out).toMatch(/ok +Models +good paints/)
    expect(out).toContain('5 things are wrong.')
  })

  test('painting with one of them is refused for the same reason', async () => {
    const { code, err } = await easel('imagine', 'a red circle', '--model', 'truncated', ...withModels)
    expect(code).toBe(1)
    expect(err).toMatch(/^easel: The model file \S+truncated\/unet\/\S+ cannot be used: [^\n]+\n$/)
  })
})

describe('a model with a number in it that is none', () => {
  const demo = join(packageRoot, 'models/demo/base')

  /** Writes NaN over the first value of a float16 tensor. */
  function spoil(file: string, tensor: string): void {
    const bytes = readFileSync(file)
    const length = Number(bytes.readBigUInt64LE(0))
    const { dtype, data_offsets: offsets } = JSON.parse(bytes.toString('utf8', 8, 8 + length))[tensor]
    expect(dtype).toBe('F16')
    bytes.writeUInt16LE(0x7e00, 8 + length + offsets[0])
    writeFileSync(file, bytes)
  }

  test('is found by doctor, wherever it is', async () => {
    for (const [name, part, tensor] of [
      ['unet', 'unet/diffusion_pytorch_model.safetensors', 'conv_in.weight'],
      ['encoder', 'vae/diffusion_pytorch_model.safetensors', 'encoder.conv_in.weight'],
      ['decoder', 'vae/diffusion_pytorch_model.safetensors', 'decoder.conv_out.weight'],
      ['text', 'text_encoder_2/model.safetensors', 'text_model.final_layer_norm.weight'],
    ] as const) {
      cpSync(demo, inFolder(`nan-models/${name}`), { recursive: true })
      spoil(inFolder(`nan-models/${name}/${part}`), tensor)
    }
    cpSync(demo, inFolder('nan-models/sound'), { recursive: true })
    writeFileSync(inFolder('nan.yaml'), 'modelsDir: nan-models\ndefaultModel: sound\n')
    const { code, out } = await easel('doctor', '--config', 'nan.yaml')
    expect(code).toBe(1)
    expect(out.split('\n').filter(line => line.startsWith('WRONG'))).toHaveLength(4)
    expect(out).toMatch(/ok +Models +sound paints/)
  })
})

describe('the small commands', () => {
  test('models, doctor, migrate and stats say what is so', async () => {
    const own = ['--config', 'own.yaml']
    writeFileSync(inFolder('own.yaml'), 'dataDir: own\nweb: { port: 0 }\n')
    expect(await does('models', ...own)).toMatch(/^demo {2}128×128, .*with Refiner.*\(default\)\n$/)
    const health = await does('doctor', ...own)
    expect(health).toMatch(/ok +Models +demo paints/)
    expect(health).toContain('Everything is in order.')
    expect(readdirSync(folder)).not.toContain('own')
    expect(await does('migrate', ...own)).toMatch(/own\/easel\.sqlite is up to date\.\n$/)
    expect(await does('stats', ...own)).toContain('0 jobs')
    expect(await does('stats', '--csv', ...own)).toContain(',')
    expect(await does('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
