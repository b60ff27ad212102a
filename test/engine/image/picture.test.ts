import { expect, test } from 'vitest'
import { floatsFromPicture, pictureFromFloats } from '../../../src/engine/image/picture.ts'
import { aPicture } from '../../helpers/pictures/pictures.ts'

test('floats become bytes by clamping and by rounding halves to the even neighbour', () => {
  // (byte + 0.5) / 255 * 2 - 1 lies exactly between two bytes only where float32 can say so; 0 is 127.5.
  const values = [-1, 1, 0, -5, 5, 2 / 255, -2 / 255, 0.2]
  const floats = new Float32Array(values.length * 3)
  floats.set(values)
  const { data } = pictureFromFloats(floats, values.length, 1)
  const red = values.map((_, i) => data[i * 3])
  expect(red).toEqual([0, 255, 128, 0, 255, 128, 126, 153])
})

test('planes become interleaved pixels, and the pictures of a batch are separated', () => {
  const planes = [-1, -1, 1, 1, 0.2, 0.2] // R, G, B of two pixels
  const batch = new Float32Array([...planes, ...planes.map(value => -value)])
  expect([...pictureFromFloats(batch, 2, 1, 0).data]).toEqual([0, 255, 153, 0, 255, 153])
  expect([...pictureFromFloats(batch, 2, 1, 1).data]).toEqual([255, 0, 102, 255, 0, 102])
})

test('all 256 bytes survive the way to floats and back', () => {
  const bytes = { widthPx: 256, heightPx: 1, data: new Uint8Array(768).map((_, i) => i / 3) }
  const floats = floatsFromPicture(bytes)
  expect(floats[0]).toBe(-1)
  expect(floats[255]).toBe(1)
  expect(pictureFromFloats(floats, 256, 1)).toEqual(bytes)
  const picture = aPicture()
  expect(pictureFromFloats(floatsFromPicture(picture), picture.widthPx, picture.heightPx)).toEqual(picture)
})
