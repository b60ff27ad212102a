import { describe, expect, test } from 'vitest'
import { decodeStoredMask } from '../../../src/engine/image/decode.ts'
import { type Mask, maskOf, paintedPart, pasteBack } from '../../../src/engine/image/mask.ts'
import { readFixture } from '../../helpers/pictures/fixtures.ts'
import { aFlatPicture, aNoisyPicture } from '../../helpers/pictures/pictures.ts'

/** Painted from column `from` to the right border. */
function rightSide(widthPx: number, heightPx: number, from: number): Mask {
  const painted = Float32Array.from({ length: widthPx * heightPx }, (_, i) => (i % widthPx >= from ? 1 : 0))
  return { widthPx, heightPx, painted }
}

describe('a mask', () => {
  test('is white from a half on', () => {
    const grey = (value: number) => maskOf(aFlatPicture(2, 1, [value, value, value])).painted
    expect([...grey(127), ...grey(128)]).toEqual([0, 0, 1, 1])
    // ITU-R BT.601: green weighs most.
    expect([...maskOf(aFlatPicture(1, 1, [0, 255, 0])).painted]).toEqual([1])
    expect([...maskOf(aFlatPicture(1, 1, [255, 0, 255])).painted]).toEqual([0])
    // Pillow's luma is 128; the real number is 127.5.
    expect([...maskOf(aFlatPicture(1, 1, [0, 204, 68])).painted]).toEqual([1])
  })

  test('is kept where it is transparent: of a white disc on nothing the disc alone is painted', async () => {
    const mask = maskOf(await decodeStoredMask(readFixture('mask-alpha.png')))
    const share = mask.painted.reduce((sum, value) => sum + value, 0) / mask.painted.length
    expect(share).toBeGreaterThan(0.02)
    expect(share).toBeLessThan(0.6)
    const part = paintedPart(mask)
    expect(part && part.widthPx < mask.widthPx && part.heightPx < mask.heightPx).toBe(true)
  })

  test('tells the part that is painted', () => {
    const painted = new Float32Array(20)
    painted[7] = 1
    painted[13] = 1
    expect(paintedPart({ widthPx: 5, heightPx: 4, painted })).toEqual({
      leftPx: 2,
      topPx: 1,
      widthPx: 2,
      heightPx: 2,
    })
    expect(paintedPart({ widthPx: 5, heightPx: 4, painted: new Float32Array(20) })).toBeUndefined()
  })
})

describe('pasting back', () => {
  const source = aNoisyPicture(24, 10)
  const painted = aFlatPicture(24, 10, [1, 2, 3])
  const mask = rightSide(24, 10, 8)
  const column = (data: Uint8Array, x: number, row = 5) => [
    ...data.subarray((row * 24 + x) * 3, (row * 24 + x) * 3 + 3),
  ]

  test.each([0, 1, 4, 40])('changes nothing that is kept, with a soft edge of %i', softEdgePx => {
    const { data } = pasteBack(painted, source, mask, softEdgePx)
    for (let row = 0; row < 10; row++) {
      for (let x = 0; x < 8; x++) expect(column(data, x, row)).toEqual(column(source.data, x, row))
    }
  })

  test('takes what was painted elsewhere', () => {
    const { data } = pasteBack(painted, source, mask, 0)
    expect(column(data, 8)).toEqual([1, 2, 3])
    expect(column(data, 23)).toEqual([1, 2, 3])
  })

  test('fades inside of the mask, over as many pixels as asked for, and not at the picture’s border', () => {
    const black = aFlatPicture(24, 10, [0, 0, 0])
    const white = aFlatPicture(24, 10, [255, 255, 255])
    const { data } = pasteBack(white, black, mask, 4)
    const shares = Array.from({ length: 16 }, (_, i) => column(data, 8 + i)[0] ?? 0)
    expect(shares.slice(0, 4).every((share, i) => i === 0 || share > (shares[i - 1] ?? 0))).toBe(true)
    expect(shares[0]).toBeLessThan(80)
    expect(shares.slice(4)).toEqual(Array<number>(12).fill(255))
    expect(column(data, 23, 0)).toEqual([255, 255, 255])
  })
})
