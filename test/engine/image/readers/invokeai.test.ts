import { expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { foreignPicture, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

test('InvokeAI’s metadata in a PNG of its own', () => {
  expect(readProvenance(foreignPicture('invoke.png'))).toMatchObject({
    program: 'InvokeAI',
    parameters: {
      prompt: 'a cat',
      negative: 'bad',
      seed: 42n,
      steps: 30,
      guidance: 7.5,
      sampler: 'euler',
      widthPx: 1024,
      heightPx: 1024,
      model: 'sdxl',
    },
  })
})

/** As core_metadata of versions 3 and 4 names a model. */
test.each([
  ['3', { model_name: 'sdxl', base_model: 'sdxl' }, 'lora'],
  ['4', { key: 'k', hash: 'blake3:ab', name: 'sdxl', base: 'sdxl', type: 'main' }, 'model'],
])('with LoRAs, as version %s names them', (_, model, key) => {
  const lora = { ...model, ...('name' in model ? { name: 'pixel' } : { model_name: 'pixel' }) }
  const metadata = {
    app_version: '4.2.9',
    positive_prompt: 'a cat',
    positive_style_prompt: 'oil',
    seed: 4294967295,
    scheduler: 'dpmpp_2m_k',
    model,
    loras: [{ [key]: lora, weight: 0.75 }, 'broken'],
  }
  const provenance = readProvenance(pngWith({ invokeai_metadata: metadata, invokeai_graph: '{}' }))
  expect(provenance).toMatchObject({
    program: 'InvokeAI',
    parameters: { prompt: 'a cat', negative: '', seed: 4294967295n, sampler: 'dpmpp_2m_k', model: 'sdxl' },
  })
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toEqual({
    'Style prompt': 'oil',
    Version: '4.2.9',
    'Lora weights': 'pixel: 0.75',
  })
})

/** As ldm/invoke/pngwriter.py of version 2 wrote it. */
test('before version 3, with what is unwanted in brackets', () => {
  const metadata = {
    model: 'stable diffusion',
    model_weights: 'stable-diffusion-1.5',
    app_version: '2.3.5',
    image: {
      prompt: [{ prompt: 'a cat [dog, mouse]', weight: 1 }],
      steps: 50,
      cfg_scale: 7.5,
      seed: 3,
      sampler: 'k_euler_a',
      width: 512,
      height: 512,
    },
  }
  expect(readProvenance(pngWith({ 'sd-metadata': metadata, Dream: '"a cat"' }))).toMatchObject({
    program: 'InvokeAI',
    parameters: { prompt: 'a cat', negative: 'dog, mouse', seed: 3n, sampler: 'k_euler_a', widthPx: 512 },
  })
})

/** As ldm/invoke/args.py and, before it, scripts/dream.py wrote it. */
test.each([
  ['"a cat [dog]" -s50 -b1 -W512 -H768 -C7.5 -mk_lms -S3229374811', 'k_lms'],
  ['a cat [dog] -s 50 -S 3229374811 -W 512 -H 768 -C 7.5 --karras_max 29 -A k_lms -G 0.8', 'k_lms'],
  ['"a cat [dog]" -s50 -S3229374811 -W512 -H768 -C7.5 -I./init.png -A ddim --fit -f 0.75', 'ddim'],
])('before its JSON: the command %s', (Dream, sampler) => {
  const parameters = {
    prompt: 'a cat',
    negative: 'dog',
    seed: 3229374811n,
    steps: 50,
    guidance: 7.5,
    sampler,
    widthPx: 512,
    heightPx: 768,
  }
  expect(readProvenance(pngWith({ Dream }))).toMatchObject({ program: 'InvokeAI', parameters })
})

test('a prompt that speaks of switches is whole', () => {
  const Dream = 'a poster that says -s 5 and -W 3 -s 50 -S 3 -W 512 -H 512 -C 7.5 -A k_euler'
  expect(readProvenance(pngWith({ Dream }))?.parameters).toMatchObject({
    prompt: 'a poster that says -s 5 and -W 3',
    steps: 50,
    widthPx: 512,
  })
})
