import { expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

const comment = {
  prompt: '1girl, {masterpiece}',
  steps: 28,
  height: 1216,
  width: 832,
  scale: 5,
  uncond_scale: 1,
  cfg_rescale: 0.2,
  seed: 2958117205,
  noise_schedule: 'karras',
  sampler: 'k_euler_ancestral',
  uc: 'lowres',
  request_type: 'PromptGenerateRequest',
}
const texts = {
  Title: 'NovelAI generated image',
  Description: comment.prompt,
  Software: 'NovelAI',
  Source: 'NovelAI Diffusion V4.5 4BDE2A90',
  Comment: JSON.stringify(comment),
}
const read = {
  program: 'NovelAI',
  parameters: {
    prompt: '1girl, {masterpiece}',
    negative: 'lowres',
    seed: 2958117205n,
    steps: 28,
    guidance: 5,
    sampler: 'k_euler_ancestral',
    widthPx: 832,
    heightPx: 1216,
    model: 'NovelAI Diffusion V4.5 4BDE2A90',
  },
}

test('NovelAI’s Comment', () => {
  const provenance = readProvenance(pngWith(texts))
  expect(provenance).toMatchObject(read)
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toMatchObject({
    'Schedule type': 'karras',
    'Guidance rescale': '0.2',
  })
})

test('all texts as one JSON in EXIF', async () => {
  const picture = await pictureWithExif('webp', {}, { UserComment: JSON.stringify(texts) })
  expect(readProvenance(picture)).toMatchObject(read)
})

test('version 4 describes each character', () => {
  const caption = {
    base_caption: 'two friends',
    char_captions: [{ char_caption: 'girl' }, { char_caption: 'boy' }],
  }
  const { prompt: _, uc: __, ...rest } = comment
  const Comment = JSON.stringify({
    ...rest,
    v4_prompt: { caption },
    v4_negative_prompt: { caption: { base_caption: 'blurry' } },
  })
  const provenance = readProvenance(pngWith({ ...texts, Comment }))
  expect(provenance?.parameters).toMatchObject({ prompt: 'two friends', negative: 'blurry' })
  expect(provenance?.parameters?.extra.get('Characters')).toBe('girl | boy')
})

test('the same texts of another program are not NovelAI’s', () => {
  expect(readProvenance(pngWith({ ...texts, Software: 'other' }))?.program).toBeUndefined()
})
