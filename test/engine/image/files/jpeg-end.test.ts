import sharp, { type JpegOptions } from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../../../src/engine/image/decode.ts'
import { pixelsOf } from '../../../../src/engine/image/encode.ts'
import { withEndMarker } from '../../../../src/engine/image/files/jpeg-end.ts'
import type { Picture } from '../../../../src/engine/image/picture.ts'
import { readFixture } from '../../../helpers/pictures/fixtures.ts'
import { aNoisyPicture, greatestDifference } from '../../../helpers/pictures/pictures.ts'

const endMarker = Buffer.from('\xff\xd9', 'latin1')
const noisy = pixelsOf(aNoisyPicture(49, 35))

const kinds: [string, JpegOptions & { grey?: boolean; large?: boolean }][] = [
  ['4:2:0', {}],
  ['4:4:4', { chromaSubsampling: '4:4:4' }],
  ['grey', { grey: true }],
  ['with standard tables', { optimiseCoding: false }],
  ['progressive', { progressive: true }],
  ['progressive 4:4:4', { progressive: true, chromaSubsampling: '4:4:4' }],
  ['progressive grey', { progressive: true, grey: true }],
  ['too large', { large: true }],
]

async function encoded({ grey, large, ...options }: (typeof kinds)[number][1]): Promise<Buffer> {
  const picture = large ? noisy.clone().resize(8200, 24, { fit: 'fill' }) : noisy.clone()
  return (grey ? picture.toColourspace('b-w') : picture).jpeg(options).toBuffer()
}

/** Undefined where it was refused as damaged. */
async function read(bytes: Uint8Array): Promise<Picture | undefined> {
  const outcome = await decodePicture(bytes)
  if (outcome.kind === 'decoded') return outcome.picture
  expect(outcome.problem).toEqual({ what: 'damaged' })
  return undefined
}

async function expectSame(a: Uint8Array, b: Uint8Array): Promise<void> {
  const [one, other] = [await read(a), await read(b)]
  if (!one || !other) return expect.fail('it was refused')
  expect(greatestDifference(one, other)).toBe(0)
}

describe.each(kinds)('%s', (_, options) => {
  test('without its end marker, it has the same pixels', async () => {
    const whole = await encoded(options)
    await expectSame(whole.subarray(0, -2), whole)
    await expectSame(whole.subarray(0, -1), whole)
  })

  test('cut anywhere before, it is refused', async () => {
    const whole = await encoded(options)
    const shares = [0.3, 0.5, 0.7, 0.9, 0.99].map(share => Math.floor(whole.length * share))
    const last = options.large ? [3, 40] : Array.from({ length: 30 }, (_, i) => 3 + i)
    for (const length of [...shares, ...last.map(missing => whole.length - missing)]) {
      expect(await read(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).toBeUndefined()
    }
  })
})

test('a progressive picture that ends between two scans is refused: it is coarse', async () => {
  const whole = await encoded({ progressive: true })
  const scans: number[] = []
  for (
    let at = whole.indexOf('\xff\xda', 0, 'latin1');
    at > 0;
    at = whole.indexOf('\xff\xda', at + 1, 'latin1')
  )
    scans.push(at)
  expect(scans.length).toBeGreaterThan(5)
  for (const at of scans.slice(1)) expect(await withEndMarker(whole.subarray(0, at))).toBeUndefined()
})

test('filling in the place of the end marker is no part of the picture', async () => {
  const whole = await encoded({})
  await expectSame(Buffer.concat([whole.subarray(0, -2), Buffer.alloc(500)]), whole)
})

test('an odd scan header and no end marker, as in viewers', async () => {
  const odd = readFixture('odd-scan-header.jpg')
  expect([...odd.subarray(-2)]).toEqual([...endMarker])
  await expectSame(odd.subarray(0, -2), odd)
})

test('what is stored has its end marker, and is read without this rule', async () => {
  const whole = await encoded({})
  const outcome = await decodePicture(whole.subarray(0, -2))
  expect(outcome.kind === 'decoded' && Buffer.from(outcome.file)).toEqual(whole)
})

/** Tiles of one block, each an interval of its own. */
async function withRestarts(): Promise<Buffer> {
  const tiles = await Promise.all(
    [10, 90, 170, 250].map(grey =>
      sharp({ create: { width: 8, height: 8, channels: 3, background: { r: grey, g: grey, b: grey } } })
        .linear(1, 0)
        .toColourspace('b-w')
        .jpeg({ optimiseCoding: false })
        .toBuffer(),
    ),
  )
  const [first = Buffer.alloc(0)] = tiles
  const scanAt = first.indexOf('\xff\xda', 0, 'latin1')
  const dataAt = scanAt + 2 + first.readUInt16BE(scanAt + 2)
  const head = Buffer.from(first.subarray(0, scanAt))
  const frameAt = head.indexOf('\xff\xc0', 0, 'latin1')
  head.writeUInt16BE(16, frameAt + 5)
  head.writeUInt16BE(16, frameAt + 7)
  const data = tiles.flatMap((tile, i) => [
    ...(i === 0 ? [] : [Buffer.from([0xff, 0xd0 + i - 1])]),
    tile.subarray(dataAt, -2),
  ])
  const interval = Buffer.from('\xff\xdd\0\x04\0\x01', 'latin1')
  return Buffer.concat([head, interval, first.subarray(scanAt, dataAt), ...data, endMarker])
}

test('restart markers are no end', async () => {
  const whole = await withRestarts()
  await expectSame(whole.subarray(0, -2), whole)
  const lastRestart = whole.lastIndexOf('\xff\xd2', undefined, 'latin1')
  for (const length of [lastRestart, lastRestart + 1, lastRestart + 2]) {
    expect(await withEndMarker(whole.subarray(0, length))).toBeUndefined()
  }
})
