import { expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { foreignPicture, pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

/** As in SwarmUI's docs/Image Metadata Format.md. */
const metadata = {
  sui_image_params: {
    prompt: 'a photo of a cat',
    negativeprompt: 'dog',
    model: 'OfficialStableDiffusion/sd_xl_base_1.0',
    seed: 1,
    steps: 20,
    cfgscale: 7.5,
    width: 1024,
    height: 832,
    sampler: 'dpmpp_2m_sde',
    scheduler: 'karras',
    loras: ['add-detail', 'pixel'],
    loraweights: ['0.8', '1'],
    swarm_version: '0.9.5.0',
  },
  sui_extra_data: { date: '2025-01-25' },
  sui_models: [{ name: 'sd_xl_base_1.0.safetensors', param: 'model', hash: '0xd7a9' }],
}
const parameters = {
  prompt: 'a photo of a cat',
  negative: 'dog',
  seed: 1n,
  steps: 20,
  guidance: 7.5,
  sampler: 'dpmpp_2m_sde',
  widthPx: 1024,
  heightPx: 832,
  model: 'OfficialStableDiffusion/sd_xl_base_1.0',
  modelHash: '0xd7a9',
}

test('SwarmUI’s JSON in a PNG of its own', () => {
  expect(readProvenance(foreignPicture('swarm.png'))).toMatchObject({
    program: 'SwarmUI',
    parameters: { prompt: 'a cat', negative: 'bad', seed: 1234n, steps: 20, guidance: 7, widthPx: 1024 },
  })
})

test('with schedule and LoRAs', () => {
  const provenance = readProvenance(pngWith({ parameters: metadata }))
  expect(provenance).toMatchObject({ program: 'SwarmUI', parameters })
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toEqual({
    'Schedule type': 'karras',
    Version: '0.9.5.0',
    'Lora weights': 'add-detail: 0.8, pixel: 1',
  })
})

test.each(['UserComment', 'Model'])('in EXIF’s %s', async place => {
  const text = JSON.stringify(metadata)
  const picture =
    place === 'Model'
      ? await pictureWithExif('webp', { Model: text })
      : await pictureWithExif('jpeg', {}, { UserComment: text })
  expect(readProvenance(picture)).toMatchObject({ program: 'SwarmUI', parameters })
})
