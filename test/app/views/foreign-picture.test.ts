import { describe, expect, test } from 'vitest'
import { requestOfParameters } from '../../../src/app/derive/request-of-parameters.ts'
import { readForeignPicture } from '../../../src/app/views/foreign-picture.ts'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import { parseParameters } from '../../../src/engine/image/parameters/parameters.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { parametersOfPicture } from '../../../src/engine/pipeline/picture-parameters.ts'
import { fakeStorage } from '../../fakes/fake-models.ts'
import { foreignPicture, pngWith } from '../../helpers/pictures/foreign-pictures.ts'
import { aPicture } from '../../helpers/pictures/pictures.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const none = { models: [] }
const requestOf = (text: string, program?: string) =>
  requestOfParameters(parseParameters(text), none, program)
const fields = (more: string) => `a cat\nSteps: 20, CFG scale: 7, ${more}`

describe('a picture that is not in the database', () => {
  test('says nothing where Easel made it: its records tell, to those who may see it', async () => {
    const parameters = parametersOfPicture(
      aPaintOrder(),
      0,
      {},
      { version: 'Easel 0.2.0', upscaler: 'Lanczos' },
    )
    const { bytes } = await encodePicture(aPicture(), 'png', parameters)
    expect(await readForeignPicture(bytes, none)).toEqual({ kind: 'nothing' })
  })

  test('names the places of a format that nobody knows', async () => {
    expect(await readForeignPicture(pngWith({ generation_data: '{}', Software: 'x' }), none)).toEqual({
      kind: 'unknown-format',
      keywords: ['generation_data'],
    })
  })

  test.each([
    ['Description', 'a red fox --ar 16:9 Job ID: 01234567-89ab-cdef-0123-456789abcdef', ['Description']],
    ['Description', 'a red fox in snow', undefined],
    ['XML:com.adobe.xmp', '<exif:UserComment>{&quot;c&quot;:&quot;a fox&quot;}</exif:UserComment>', ['XMP']],
    ['XML:com.adobe.xmp', '<dc:description>a fox in snow</dc:description>', undefined],
  ])('whose %s is %s: parameters are told from a caption', async (keyword, text, keywords) => {
    const read = await readForeignPicture(pngWith({ [keyword]: text }), none)
    expect(read).toEqual(keywords ? { kind: 'unknown-format', keywords } : { kind: 'nothing' })
  })

  test('comes with the request that comes nearest', async () => {
    expect(await readForeignPicture(foreignPicture('seed64.png'), none)).toMatchObject({
      program: 'AUTOMATIC1111',
      request: { prompt: 'a cat', negative: 'x', steps: 20, guidance: 7, sampler: 'dpmpp_2m_karras' },
    })
  })

  test('has braces that are typed so that they stay braces', async () => {
    const text = fields('Seed: 1').replace('a cat', 'a {red,green} cat')
    const read = await readForeignPicture(pngWith({ parameters: text }), none)
    expect(read).toMatchObject({ request: { prompt: 'a \\{red,green\\} cat' } })
  })
})

describe('the request of another program’s parameters', () => {
  test('has the seed of the same noise where the seed has 64 bits', () => {
    const wide = 6687881544318117707n
    const { seed } = requestOf(fields(`Seed: ${wide}`))
    expect(new TorchRandom(seed ?? 0).randn(8)).toEqual(new TorchRandom(wide).randn(8))
  })

  test.each([
    ['Sampler: UniPC', 'unipc_bh1'],
    ['Sampler: UniPC, UniPC variant: bh2', 'unipc_bh2'],
    ['Sampler: uni_pc_bh2, Schedule type: karras', 'unipc_bh2_karras'],
  ])('has the variant of UniPC that %s means', (said, sampler) => {
    expect(requestOf(fields(said)).sampler).toBe(sampler)
  })

  test.each([
    ['ddim', 'ddim_uniform', 'euler_ddim_uniform'],
    ['ddpm', 'karras', 'euler_a_karras'],
    ['deis', 'normal', 'deis_tab_normal'],
    ['deis', 'karras', 'deis_tab_karras'],
  ])('has the rule that ComfyUI runs under the name of %s, over %s', (name, schedule, sampler) => {
    const text = fields(`Sampler: ${name}, Schedule type: ${schedule}`)
    for (const program of ['ComfyUI', 'SwarmUI', 'Fooocus']) {
      expect(requestOf(text, program).sampler).toBe(sampler)
    }
    expect(requestOf(fields(`Sampler: ${name}`), 'InvokeAI').sampler).toBe(name)
  })

  test.each([
    ['DDIM', 'ddim'],
    ['DEIS', 'deis_tab'],
  ])('has the rule that Forge runs under the label %s', (label, sampler) => {
    expect(requestOf(fields(`Sampler: ${label}`), 'Forge').sampler).toBe(sampler)
  })

  test('leaves out what is out of bounds or unknown here', () => {
    const text = 'a cat\nSteps: 0, Sampler: Restart, CFG scale: 1000, Seed: -1, Clip skip: 99, Model: unknown'
    expect(requestOf(text)).toEqual({ prompt: 'a cat' })
  })

  test.each([
    ['Sampler: DPM++ 2M, Schedule type: Karras', 'dpmpp_2m_karras'],
    ['Sampler: dpmpp_2m_sde_gpu, Scheduler: karras', 'dpmpp_2m_sde_karras'],
    ['Sampler: k_euler_ancestral, Schedule type: native', 'euler_a'],
    ['Sampler: euler, Schedule type: sgm_uniform', 'euler_sgm_uniform'],
  ])('%s is %s here', (written, sampler) => {
    expect(requestOf(fields(written)).sampler).toBe(sampler)
  })

  test('has the LoRAs that are here, in the prompt and beside it, and no others', () => {
    const lora: FileRecord = {
      kind: 'lora',
      name: 'art/pixel',
      family: 'SDXL',
      hash: 'ab',
      storage: fakeStorage,
    }
    const text = fields('Seed: 1, Lora weights: "pixel.safetensors: 0.5, gone: 1"')
    const parameters = parseParameters(text.replace('a cat', 'a cat <lora:pixel:0.8><lora:gone:1>'))
    expect(requestOfParameters(parameters, { models: [], files: [lora] })).toMatchObject({
      prompt: 'a cat <lora:pixel:0.8>',
      loras: [{ name: 'art/pixel', unetWeight: 0.5 }],
    })
    expect(requestOfParameters(parameters, none)).toEqual({
      prompt: 'a cat',
      steps: 20,
      guidance: 7,
      seed: 1,
    })
  })

  test('is read by ComfyUI’s rule where ComfyUI wrote it and that makes a difference', () => {
    const text = fields('Seed: 1').replace('a cat', '[a cat]')
    expect(requestOf(text, 'ComfyUI').syntax).toBe('comfyui')
    expect(requestOf(fields('Seed: 1'), 'ComfyUI').syntax).toBeUndefined()
    expect(requestOf(text, 'AUTOMATIC1111').syntax).toBeUndefined()
  })
})
