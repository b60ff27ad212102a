/** What models, doctor, migrate and stats print, with sound and with unusable models. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'

const { easel, folder, inFolder, succeed } = cliFolder()

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
    writeFileSync(inFolder('gone.yaml'), 'modelsDir: own-models\ndefaultModel: gone\nweb: { port: 0 }\n')
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

  test('a sound one paints beside a broken file of its name', async () => {
    cpSync(demo, inFolder('twins/twin'), { recursive: true })
    writeFileSync(inFolder('twins/twin.safetensors'), '<!doctype html>')
    writeFileSync(inFolder('twins.yaml'), 'modelsDir: twins\ndefaultModel: twin\n')
    const size = ['--size', '64x64', '--steps', '1']
    await succeed('imagine', 'a red circle', ...size, '--config', 'twins.yaml', '-o', 'twin.png')
    const { err } = await easel('models', '--config', 'twins.yaml')
    expect(err).toMatch(/^twin: .*twin\.safetensors cannot be used: it is a web page/)
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

  test('is found by doctor, wherever it is, and the model is named', async () => {
    for (const [name, part, tensor] of [
      ['noise', 'unet/diffusion_pytorch_model.safetensors', 'conv_in.weight'],
      ['encoder', 'vae/diffusion_pytorch_model.safetensors', 'encoder.conv_in.weight'],
      ['decoder', 'vae/diffusion_pytorch_model.safetensors', 'decoder.conv_out.weight'],
      ['text', 'text_encoder_2/model.safetensors', 'text_model.final_layer_norm.weight'],
    ] as const) {
      cpSync(demo, inFolder(`nan-models/${name}`), { recursive: true })
      spoil(inFolder(`nan-models/${name}/${part}`), tensor)
    }
    cpSync(demo, inFolder('nan-models/sound'), { recursive: true })
    writeFileSync(inFolder('nan.yaml'), 'modelsDir: nan-models\ndefaultModel: sound\nweb: { port: 0 }\n')
    const { code, out } = await easel('doctor', '--config', 'nan.yaml')
    expect(code).toBe(1)
    const wrong = out.split('\n').filter(line => line.startsWith('WRONG'))
    expect(wrong.map(line => /Models +(\w+): The /.exec(line)?.[1])).toEqual([
      'decoder',
      'encoder',
      'noise',
      'text',
    ])
    expect(out).toMatch(/ok +Models +sound paints/)
  })
})

describe('doctor', () => {
  test.each([
    [
      'cudaLibraries: no-such-folder',
      /WRONG +Device +\S*no-such-folder lacks libonnxruntime_providers_shared\.so\./,
    ],
    [
      'models: { demo: { preset: nonsense } }',
      /WRONG +Models +The configuration is wrong at models\.demo\.preset/,
    ],
  ])(
    'has one line for what keeps it from trying the models, and checks the rest: %s',
    async (setting, line) => {
      writeFileSync(inFolder('fault.yaml'), `${setting}\nweb: { port: 0 }\n`)
      const { code, out, err } = await easel('doctor', '--config', 'fault.yaml')
      expect({ code, err }).toEqual({ code: 1, err: '' })
      expect(out).toMatch(line)
      expect(out).toMatch(/ok +Web chat/)
      expect(out).toContain('One thing is wrong.')
    },
  )
})

describe('the small commands', () => {
  test('models, doctor, migrate and stats say what is so', async () => {
    const own = ['--config', 'own.yaml']
    writeFileSync(inFolder('own.yaml'), 'dataDir: own\nweb: { port: 0 }\n')
    expect(await succeed('models', ...own)).toMatch(
      /^demo {2}128×128, .*with Refiner.*\(default\)\nRefiner demo\/refiner {2}SDXL, F\d+, .*[0-9a-f]{10}\n$/,
    )
    const health = await succeed('doctor', ...own)
    expect(health).toMatch(/ok +Models +demo paints/)
    expect(health).toMatch(/ok +\S+ +cpu, may use [\d.]+ GB\n/)
    expect(await succeed('devices', ...own)).toMatch(/^ok +cpu, may use [\d.]+ GB$/m)
    expect(health).toContain('Everything is in order.')
    expect(readdirSync(folder)).not.toContain('own')
    expect(await succeed('migrate', ...own)).toMatch(/own\/easel\.sqlite is up to date\.\n$/)
    expect(await succeed('stats', ...own)).toContain('0 jobs')
    expect(await succeed('stats', '--csv', ...own)).toContain(',')
    expect(await succeed('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
