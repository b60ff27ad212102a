import sharp from 'sharp'
import { expect, test } from 'vitest'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import { pictureFormats } from '../../../src/engine/image/files/format.ts'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import { encodeThumbnail } from '../../../src/engine/image/thumbnail.ts'
import { aPicture } from '../../helpers/pictures/pictures.ts'
import { tinyPng } from '../../helpers/pictures/tiny-png.ts'

const sizeOf = async (file: Uint8Array) => {
  const { format, width, height } = await sharp(file).metadata()
  return [format, width, height]
}

test.each([
  { name: 'wide', widthPx: 300, heightPx: 200, becomes: [128, 85] },
  { name: 'high', widthPx: 200, heightPx: 300, becomes: [85, 128] },
  { name: 'as large as the limit', widthPx: 128, heightPx: 64, becomes: [128, 64] },
  { name: 'small', widthPx: 40, heightPx: 24, becomes: [40, 24] },
])('a $name picture becomes a WebP within the limit, and never larger than it was', async given => {
  const file = tinyPng(given.widthPx, given.heightPx, [200, 40, 40])
  expect(await sizeOf(await encodeThumbnail(file, 128))).toEqual(['webp', ...given.becomes])
})

test.each(pictureFormats)(
  'a thumbnail of a %s is marked as made by AI, and has no parameters',
  async format => {
    const parameters = { prompt: 'a cat', negative: '', steps: 4, extra: new Map() }
    const { bytes } = await encodePicture(aPicture(), format, parameters)
    expect(readProvenance(bytes)?.parameters?.prompt).toBe('a cat')
    expect(readProvenance(await encodeThumbnail(bytes, 512))).toEqual({ unread: [], aiMade: true })
  },
)

test('a small picture keeps every value, since a page enlarges it', async () => {
  const { bytes } = await encodePicture(aPicture(), 'png', undefined)
  const values = (file: Uint8Array) => sharp(file).removeAlpha().raw().toBuffer()
  expect(await values(await encodeThumbnail(bytes, 512))).toEqual(await values(bytes))
})
