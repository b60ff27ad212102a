import { describe, expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { foreignPicture, pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

type Node = [type: string, inputs: Record<string, unknown>]

/** A graph as ComfyUI's API has it. */
function graph(nodes: Record<string, Node>): string {
  const entries = Object.entries(nodes).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }])
  return JSON.stringify(Object.fromEntries(entries))
}
const reading = (nodes: Record<string, Node>) =>
  readProvenance(pngWith({ prompt: graph(nodes), workflow: '{}' }))

/** The graph that ComfyUI starts with, for SDXL. */
const plain: Record<string, Node> = {
  loader: ['CheckpointLoaderSimple', { ckpt_name: 'sd_xl_base_1.0.safetensors' }],
  good: ['CLIPTextEncode', { text: 'a cat', clip: ['loader', 1] }],
  bad: ['CLIPTextEncode', { text: 'dog', clip: ['loader', 1] }],
  empty: ['EmptyLatentImage', { width: 1024, height: 768, batch_size: 1 }],
  sampler: [
    'KSampler',
    {
      seed: 8566257,
      steps: 20,
      cfg: 8,
      sampler_name: 'dpmpp_2m',
      scheduler: 'karras',
      denoise: 1,
      model: ['loader', 0],
      positive: ['good', 0],
      negative: ['bad', 0],
      latent_image: ['empty', 0],
    },
  ],
  decode: ['VAEDecode', { samples: ['sampler', 0], vae: ['loader', 2] }],
  save: ['SaveImage', { images: ['decode', 0], filename_prefix: 'ComfyUI' }],
}
const sampler = plain.sampler?.[1] ?? {}

describe('ComfyUI’s graph', () => {
  test('is read from a PNG of its own', () => {
    expect(readProvenance(foreignPicture('comfy.png'))).toMatchObject({
      program: 'ComfyUI',
      parameters: {
        prompt: 'masterpiece best quality girl',
        negative: 'bad hands',
        seed: 8566257n,
        steps: 20,
        guidance: 8,
        sampler: 'euler',
        widthPx: 1024,
        heightPx: 1024,
        model: 'sd_xl_base_1.0.safetensors',
      },
    })
  })

  test('names its schedule', () => {
    expect(reading(plain)?.parameters?.extra.get('Schedule type')).toBe('karras')
  })

  test('keeps each digit of a seed of 64 bits', () => {
    const text = graph(plain).replace('8566257', '18446744073709551615')
    expect(readProvenance(pngWith({ prompt: text }))?.parameters?.seed).toBe(18446744073709551615n)
  })

  test('with Python’s NaN in it, which is no JSON', () => {
    const text = graph(plain).replace('{"loader"', '{"x":{"is_changed":[NaN,-Infinity]},"loader"')
    expect(readProvenance(pngWith({ prompt: text }))?.parameters?.prompt).toBe('a cat')
  })

  test.each([
    ['webp', 'Model'],
    ['jpeg', 'ImageDescription'],
  ] as const)('in a field of a %s', async (format, field) => {
    const picture = await pictureWithExif(format, { Make: 'workflow:{}', [field]: `prompt:${graph(plain)}` })
    expect(readProvenance(picture)).toMatchObject({ program: 'ComfyUI', parameters: { prompt: 'a cat' } })
  })

  test('through LoRA loaders', () => {
    const provenance = reading({
      ...plain,
      first: ['LoraLoader', { lora_name: 'pixel.safetensors', strength_model: 0.8, model: ['loader', 0] }],
      second: [
        'Power Lora Loader (rgthree)',
        {
          lora_1: { on: true, lora: 'detail.safetensors', strength: -0.5 },
          lora_2: { on: false, lora: 'unused.safetensors', strength: 1 },
          model: ['first', 0],
        },
      ],
      sampler: ['KSampler', { ...sampler, model: ['second', 0] }],
    })
    expect(provenance?.parameters?.model).toBe('sd_xl_base_1.0.safetensors')
    expect(provenance?.parameters?.extra.get('Lora weights')).toBe(
      'detail.safetensors: -0.5, pixel.safetensors: 0.8',
    )
  })

  test('with SDXL’s two texts, combinations and a ControlNet that has both conditionings', () => {
    const provenance = reading({
      ...plain,
      both: ['CLIPTextEncodeSDXL', { text_g: 'a fox', text_l: 'fur', clip: ['loader', 1], width: 1024 }],
      same: ['CLIPTextEncodeSDXL', { text_g: 'snow', text_l: 'snow', clip: ['loader', 1] }],
      concat: ['ConditioningConcat', { conditioning_to: ['both', 0], conditioning_from: ['same', 0] }],
      combine: ['ConditioningCombine', { conditioning_1: ['concat', 0], conditioning_2: ['good', 0] }],
      control: ['ControlNetApplyAdvanced', { positive: ['combine', 0], negative: ['bad', 0], strength: 1 }],
      sampler: ['KSampler', { ...sampler, positive: ['control', 0], negative: ['control', 1] }],
    })
    expect(provenance?.parameters).toMatchObject({
      prompt: 'a fox\nfur BREAK snow AND a cat',
      negative: 'dog',
    })
  })

  test('with words and numbers that come from nodes of their own', () => {
    const provenance = reading({
      ...plain,
      words: ['PrimitiveString', { value: 'a bird' }],
      more: ['String Literal', { string: 'at night' }],
      all: ['StringConcatenate', { string_a: ['words', 0], string_b: ['more', 0], delimiter: ', ' }],
      good: ['CLIPTextEncode', { text: ['all', 0], clip: ['loader', 1] }],
      bad: ['ConditioningZeroOut', { conditioning: ['good', 0] }],
      chance: ['Seed (rgthree)', { seed: 77 }],
      side: ['PrimitiveInt', { value: 640 }],
      empty: ['EmptyLatentImage', { width: ['side', 0], height: 768 }],
      sampler: ['KSampler', { ...sampler, seed: ['chance', 0] }],
    })
    expect(provenance?.parameters).toMatchObject({
      prompt: 'a bird, at night',
      negative: '',
      seed: 77n,
      widthPx: 640,
      heightPx: 768,
    })
  })

  test('with SamplerCustom and its separate nodes', () => {
    const provenance = reading({
      ...plain,
      noise: ['RandomNoise', { noise_seed: 5 }],
      guider: ['CFGGuider', { cfg: 6, model: ['loader', 0], positive: ['good', 0], negative: ['bad', 0] }],
      choice: ['KSamplerSelect', { sampler_name: 'euler_ancestral' }],
      sigmas: ['KarrasScheduler', { steps: 12, sigma_max: 14, sigma_min: 0.03, rho: 7 }],
      sampler: [
        'SamplerCustomAdvanced',
        {
          noise: ['noise', 0],
          guider: ['guider', 0],
          sampler: ['choice', 0],
          sigmas: ['sigmas', 0],
          latent_image: ['empty', 0],
        },
      ],
    })
    expect(provenance?.parameters).toMatchObject({
      prompt: 'a cat',
      negative: 'dog',
      seed: 5n,
      steps: 12,
      guidance: 6,
      sampler: 'euler_ancestral',
      model: 'sd_xl_base_1.0.safetensors',
    })
    expect(provenance?.parameters?.extra.get('Schedule type')).toBe('Karras')
  })

  test('tells of the first sampling, not of the pass that enlarges its picture', () => {
    const provenance = reading({
      later: ['KSampler', { ...sampler, seed: 1, steps: 10, denoise: 0.4, latent_image: ['larger', 0] }],
      larger: ['LatentUpscale', { samples: ['sampler', 0], width: 2048, height: 1536 }],
      ...plain,
      decode: ['VAEDecode', { samples: ['later', 0] }],
    })
    expect(provenance?.parameters).toMatchObject({ seed: 8566257n, steps: 20, widthPx: 1024 })
    expect(provenance?.parameters?.extra.has('Denoising strength')).toBe(false)
  })

  test('with cyclic links ends', () => {
    const provenance = reading({
      ...plain,
      good: ['ConditioningCombine', { conditioning_1: ['again', 0], conditioning_2: ['good', 0] }],
      again: ['ConditioningCombine', { conditioning_1: ['good', 0], conditioning_2: ['bad', 0] }],
      loader: ['LoraLoader', { lora_name: 'x', model: ['loader', 0] }],
    })
    expect(provenance?.parameters?.prompt).toBe('dog')
  })

  test('gives way to A1111’s text, which says more plainly what was meant', () => {
    const parameters = 'a cat, very\nSteps: 20, Sampler: Euler, Seed: 3, Size: 64x64, Version: ComfyUI'
    expect(readProvenance(pngWith({ prompt: graph(plain), parameters }))).toMatchObject({
      program: 'ComfyUI',
      parameters: { prompt: 'a cat, very', seed: 3n },
    })
  })

  test('a prompt that is no graph is a format that is not known', () => {
    expect(readProvenance(pngWith({ prompt: 'a cat', seed: '3' }))).toEqual({
      unread: ['prompt', 'seed'],
      aiMade: false,
    })
  })
})
