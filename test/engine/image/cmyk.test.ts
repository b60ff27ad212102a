/** CMYK pictures are what the reference and browsers make of them. */
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodePicture } from '../../../src/engine/image/decode.ts'
import { pixelsOf } from '../../../src/engine/image/encode.ts'
import type { Picture } from '../../../src/engine/image/picture.ts'
import { aFlatPicture, greatestDifference } from '../../helpers/pictures/pictures.ts'

const golden = new URL('../../golden/pillow-cmyk/', import.meta.url)

async function decoded(bytes: Uint8Array) {
  const outcome = await decodePicture(bytes)
  if (outcome.kind !== 'decoded') expect.fail(JSON.stringify(outcome.problem))
  return outcome
}

test.each(['upright', 'turned', 'progressive', 'unmarked'])(
  'CMYK without a profile is converted as Pillow does it, to the last bit: %s',
  async name => {
    const { picture } = await decoded(readFileSync(new URL(`${name}.jpg`, golden)))
    const { data, info } = await sharp(readFileSync(new URL(`${name}.png`, golden)))
      .raw()
      .toBuffer({ resolveWithObject: true })
    const reference: Picture = { widthPx: info.width, heightPx: info.height, data }
    expect(greatestDifference(picture, reference)).toBe(0)
  },
)

test('a CMYK picture that is made smaller has the same colours as one that is not', async () => {
  const [small, large] = await Promise.all(
    [64, 2200].map(async sidePx => decoded(await magentaOf(sidePx).toBuffer())),
  )
  const [red, green, blue] = small?.picture.data ?? []
  expect(large?.shrunkFrom).toEqual({ widthPx: 2200, heightPx: 2200 })
  expect([...(large?.picture.data.subarray(0, 3) ?? [])]).toEqual([red, green, blue])
})

const magentaOf = (sidePx: number) =>
  pixelsOf(aFlatPicture(sidePx, sidePx, [200, 30, 120]))
    .toColourspace('cmyk')
    .jpeg({ quality: 90 })

test('the profile of a CMYK picture counts: its colour is nearer to the original than the plain one', async () => {
  const original = aFlatPicture(32, 32, [150, 130, 120])
  const flat = pixelsOf(original).toColourspace('cmyk').jpeg({ quality: 100 })
  const errorOf = async (file: Uint8Array) => greatestDifference((await decoded(file)).picture, original)
  const withProfile = await errorOf(await flat.clone().withIccProfile('cmyk').toBuffer())
  expect(withProfile).toBeLessThan(await errorOf(await flat.toBuffer()))
})
