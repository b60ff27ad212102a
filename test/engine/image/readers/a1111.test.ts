import { describe, expect, test } from 'vitest'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { foreignPicture, pictureWithExif, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

const fields = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x96'

describe('A1111’s text', () => {
  test('keeps each digit of a seed', () => {
    expect(readProvenance(foreignPicture('seed64.png'))).toMatchObject({
      program: 'AUTOMATIC1111',
      parameters: {
        prompt: 'a cat',
        negative: 'x',
        seed: 6687881544318117707n,
        sampler: 'DPM++ 2M',
        widthPx: 832,
        heightPx: 1216,
        model: 'sd_xl_base_1.0',
        modelHash: '31e35c80fc',
      },
    })
  })

  test('of stable-diffusion.cpp is UTF-8 in a chunk for Latin-1', () => {
    expect(readProvenance(foreignPicture('sdcpp_utf8.png'))).toMatchObject({
      program: 'stable-diffusion.cpp',
      parameters: { prompt: 'кот в шляпе, 猫 🐈', negative: 'плохо', sampler: 'euler_a', seed: 42n },
    })
  })

  test.each([
    ['v1.10.1', 'AUTOMATIC1111'],
    ['f2.0.1v1.10.1-previous-224-g900196889', 'Forge'],
    ['Fooocus v2.5.5', 'Fooocus'],
    ['ComfyUI', 'ComfyUI'],
  ])('of version %s is %s’s', (version, program) => {
    const picture = pngWith({ parameters: `a cat\n${fields}, Version: ${version}` })
    expect(readProvenance(picture)).toMatchObject({ program, parameters: { prompt: 'a cat', seed: 5n } })
  })

  test('of SD.Next names its program in a field of its own', () => {
    const picture = pngWith({ parameters: `a cat\n${fields}, App: SD.Next, Version: 0aa1f6c` })
    expect(readProvenance(picture)).toMatchObject({ program: 'SD.Next' })
  })

  test.each(['jpeg', 'webp'] as const)('is read from the UserComment of a %s', async format => {
    const picture = await pictureWithExif(
      format,
      {},
      { UserComment: `a cat\nNegative prompt: dog\n${fields}` },
    )
    expect(readProvenance(picture)).toMatchObject({
      parameters: { prompt: 'a cat', negative: 'dog', seed: 5n },
    })
  })

  test('that begins with a brace is a prompt of alternatives, not JSON', () => {
    expect(readProvenance(pngWith({ parameters: `{a|b} cat\n${fields}` }))).toMatchObject({
      parameters: { prompt: '{a|b} cat' },
    })
  })
})
