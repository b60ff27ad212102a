import { expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

const parameters = {
  prompt: 'a cat',
  negative: 'a dog',
  seed: 3229374811n,
  steps: 25,
  guidance: 7.5,
  sampler: 'euler_a',
  widthPx: 512,
  heightPx: 768,
  model: 'sdxl',
}
const extra = { 'Clip skip': '2', VAE: 'sdxl-vae', 'Lora weights': 'pixel: 0.5, detail: 1' }

/** As get_printable_request of Easy Diffusion 3 names the settings. */
const settings = {
  prompt: 'a cat',
  negative_prompt: 'a dog',
  seed: 3229374811,
  use_stable_diffusion_model: 'sdxl',
  clip_skip: true,
  use_vae_model: 'sdxl-vae',
  sampler_name: 'euler_a',
  width: 512,
  height: 768,
  num_inference_steps: 25,
  guidance_scale: 7.5,
  use_lora_model: ['pixel', 'detail'],
  lora_alpha: [0.5, 1],
  tiling: 'none',
}

/** As sdkit writes them into a PNG: the `str` of each value. */
test.each([
  [
    'its names',
    { ...settings, clip_skip: 'True', use_lora_model: "['pixel', 'detail']", lora_alpha: '[0.5, 1.0]' },
  ],
  [
    'its labels',
    {
      Prompt: 'a cat',
      'Negative Prompt': 'a dog',
      Seed: 3229374811,
      'Stable Diffusion model': 'sdxl',
      'Clip Skip': 'True',
      'VAE model': 'sdxl-vae',
      Sampler: 'euler_a',
      Width: 512,
      Height: 768,
      Steps: 25,
      'Guidance Scale': 7.5,
      'LoRA model': 'pixel, detail',
      'LoRA Strength': '0.5, 1.0',
    },
  ],
])('Easy Diffusion’s settings in a PNG, under %s', (_, written) => {
  const texts = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]))
  const provenance = readProvenance(pngWith(texts))
  expect(provenance).toMatchObject({ program: 'Easy Diffusion', parameters })
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toEqual(extra)
})

test('its JSON in a JPEG, where nothing was chosen', async () => {
  const nothing = { use_vae_model: null, use_lora_model: null, lora_alpha: undefined, clip_skip: false }
  const json = JSON.stringify({ ...settings, ...nothing })
  const provenance = readProvenance(await pictureWithExif('jpeg', {}, { UserComment: json }))
  expect(provenance).toMatchObject({ program: 'Easy Diffusion', parameters })
  expect(provenance?.parameters?.extra.size).toBe(0)
})

test('None in a PNG is nothing', () => {
  const none = { use_vae_model: 'None', use_lora_model: 'None', clip_skip: 'False', negative_prompt: '' }
  const texts = Object.entries({ ...settings, lora_alpha: undefined, ...none }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  )
  const provenance = readProvenance(pngWith(Object.fromEntries(texts)))
  expect(provenance?.parameters).toMatchObject({ prompt: 'a cat', negative: '' })
  expect(provenance?.parameters?.extra.size).toBe(0)
})
