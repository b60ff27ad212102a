import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeStoredPicture } from '../../../../src/engine/image/decode.ts'
import { preprocess } from '../../../../src/engine/image/preprocess/preprocess.ts'
import { preprocessors } from '../../../../src/engine/work-order.ts'
import {
  aFlatPicture,
  aNoisyPicture,
  aPicture,
  greatestDifference,
} from '../../../helpers/pictures/pictures.ts'

const golden = new URL('../../../golden/', import.meta.url)

/** Made with OpenCV 5.0: cv2.Canny(picture, 100, 200) of the RGB picture that the name tells. */
describe('Edges are OpenCV’s, pixel for pixel', () => {
  test.each(readdirSync(new URL('canny/', golden)))('%s', async name => {
    const source = await decodeStoredPicture(readFileSync(new URL(name.replaceAll('@', '/'), golden)))
    const expected = await decodeStoredPicture(readFileSync(new URL(`canny/${name}`, golden)))
    expect(greatestDifference(preprocess('canny', source), expected)).toBe(0)
  })

  test('a flat picture has none, and noise of one column does not fail', () => {
    expect(preprocess('canny', aFlatPicture(8, 8, [9, 90, 200])).data.every(value => value === 0)).toBe(true)
    expect(preprocess('canny', aNoisyPicture(1, 9)).data).toHaveLength(27)
  })
})

describe.each(preprocessors)('%s', name => {
  test('keeps the size, and gives the same again', () => {
    const picture = aNoisyPicture(37, 22)
    const made = preprocess(name, picture)
    expect(made).toMatchObject({ widthPx: 37, heightPx: 22 })
    expect(made.data).toHaveLength(37 * 22 * 3)
    expect(preprocess(name, picture).data).toEqual(made.data)
  })
})

describe.each(['tile', 'blur'] as const)('%s', name => {
  test('leaves a flat picture as it is, to the edges', () => {
    const flat = aFlatPicture(40, 24, [10, 200, 77])
    expect(greatestDifference(preprocess(name, flat), flat)).toBe(0)
  })

  test('takes noise away and keeps what is slow', () => {
    const noise = aNoisyPicture(64, 64)
    const spread = (data: Uint8Array) => Math.max(...data) - Math.min(...data)
    expect(spread(preprocess(name, noise).data)).toBeLessThan(spread(noise.data) * 0.8)
    const slow = aPicture(256, 256)
    const middle = 3 * (128 * 256 + 128)
    expect(Math.abs((preprocess(name, slow).data[middle] ?? 0) - (slow.data[middle] ?? 0))).toBeLessThan(3)
  })
})
