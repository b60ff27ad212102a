import { expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

/** As modules/meta_parser.py of Fooocus 2.5 writes it: every value of the interface is a string. */
const metadata = {
  adm_guidance: '(1.5, 0.8, 0.3)',
  base_model: 'juggernautXL_v8Rundiffusion',
  base_model_hash: 'aeb7e9e689',
  full_negative_prompt: ['blurry'],
  full_prompt: ['a cat, cinematic'],
  guidance_scale: 4.0,
  lora_combined_1: 'offset : 0.1',
  loras: [['sd_xl_offset_example-lora_1.0', 0.1, '4852686128']],
  negative_prompt: 'blurry',
  performance: 'Speed',
  prompt: 'a cat',
  refiner_model: 'None',
  refiner_switch: 0.5,
  resolution: '(1152, 896)',
  sampler: 'dpmpp_2m_sde_gpu',
  scheduler: 'karras',
  seed: '18446744073709551615',
  sharpness: 2.0,
  steps: 30,
  styles: "['Fooocus V2']",
  version: 'Fooocus v2.5.5',
}
const read = {
  program: 'Fooocus',
  parameters: {
    prompt: 'a cat',
    negative: 'blurry',
    seed: 18446744073709551615n,
    steps: 30,
    guidance: 4,
    sampler: 'dpmpp_2m_sde_gpu',
    widthPx: 1152,
    heightPx: 896,
    model: 'juggernautXL_v8Rundiffusion',
    modelHash: 'aeb7e9e689',
  },
}

test('Fooocus’ own scheme', () => {
  const provenance = readProvenance(pngWith({ parameters: metadata, fooocus_scheme: 'fooocus' }))
  expect(provenance).toMatchObject(read)
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toMatchObject({
    'Schedule type': 'karras',
    'Lora weights': 'sd_xl_offset_example-lora_1.0: 0.1',
    Performance: 'Speed',
  })
  expect(provenance?.parameters?.extra.has('Refiner')).toBe(false)
})

test('in EXIF, where its version stands beside', async () => {
  const picture = await pictureWithExif(
    'jpeg',
    { Software: 'Fooocus v2.5.5' },
    { UserComment: JSON.stringify(metadata), MakerNote: 'fooocus' },
  )
  expect(readProvenance(picture)).toMatchObject(read)
})

test('Fooocus’ version of A1111’s text', () => {
  const text =
    'a cat, cinematic\nNegative prompt: blurry\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 7, Size: 1152x896, ' +
    'CFG scale: 4, Model: juggernautXL_v8Rundiffusion, Performance: Speed, Scheduler: karras, Raw prompt: a cat, ' +
    'Lora weights: "offset: 0.1", Version: Fooocus v2.5.5'
  expect(readProvenance(pngWith({ parameters: text, fooocus_scheme: 'a1111' }))).toMatchObject({
    program: 'Fooocus',
    parameters: { prompt: 'a cat, cinematic', seed: 7n, sampler: 'DPM++ 2M SDE Karras' },
  })
})
