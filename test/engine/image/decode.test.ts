import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture, pictureLimits } from '../../../src/engine/image/decode.ts'
import { encodePicture, pixelsOf } from '../../../src/engine/image/encode.ts'
import { pngChunk } from '../../../src/engine/image/files/png-file.ts'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import type { Picture } from '../../../src/engine/image/picture.ts'
import { leastMainThreadUnits } from '../../helpers/measurements/processor-time.ts'
import { png, zerosThatUnpackTo } from '../../helpers/pictures/bombs.ts'
import { readFixture } from '../../helpers/pictures/fixtures.ts'
import { aFlatPicture, aNoisyPicture, aPicture, greatestDifference } from '../../helpers/pictures/pictures.ts'

const latin1 = (bytes: string) => Buffer.from(bytes, 'latin1')
const rowsOfZeros = (widthPx: number, rows: number) =>
  pngChunk('IDAT', deflateSync(Buffer.alloc((widthPx * 3 + 1) * rows)))

async function decoded(bytes: Uint8Array): Promise<Picture> {
  const outcome = await decodePicture(bytes)
  if (outcome.kind !== 'decoded') expect.fail(JSON.stringify(outcome.problem))
  return outcome.picture
}

/** With the header's last byte but the checksum, the interlace method, set. */
function interlaced(file: Buffer): Buffer {
  const header = Buffer.alloc(13)
  file.copy(header, 0, 16, 29)
  header[12] = 1
  return Buffer.concat([file.subarray(0, 8), pngChunk('IHDR', header), file.subarray(33)])
}

// First in this file, as the peak of the process's memory is what it measures.
test('bombs are refused for what they are, within 150 MB', async () => {
  const zeros = zerosThatUnpackTo(2_000_000_000)
  const profile = Buffer.concat([latin1('p\0\0'), zeros])
  const bombs: [Buffer, object][] = [
    [png(30_000, 30_000, rowsOfZeros(30_000, 10)), { what: 'too-many-pixels', widthPx: 30_000 }],
    [png(8000, 8001, rowsOfZeros(8000, 10)), { what: 'too-many-pixels', limitPixels: 64_000_000 }],
    [
      interlaced(png(4096, 4097, rowsOfZeros(4096, 1))),
      { what: 'too-many-pixels', limitPixels: 4096 * 4096 },
    ],
    [png(64, 64, pngChunk('iCCP', profile), rowsOfZeros(64, 64)), { what: 'metadata' }],
    [png(64, 64, pngChunk('iCCP', latin1('p\0\0')), pngChunk('iCCP', profile)), { what: 'damaged' }],
    [png(64, 64, pngChunk('acTL', Buffer.alloc(8)), rowsOfZeros(64, 64)), { what: 'animated' }],
    [png(60_000, 20, rowsOfZeros(60_000, 1)), { what: 'side', minPx: 16, widthPx: 60_000 }],
  ]
  const before = process.resourceUsage().maxRSS
  // Large and honest, made smaller row by row.
  const large = await decodePicture(png(6000, 6000, pngChunk('IDAT', zerosThatUnpackTo(6000 * 18_001))))
  expect(large).toMatchObject({ kind: 'decoded', picture: { widthPx: 2048, heightPx: 2048 } })
  for (const [bytes, problem] of bombs) {
    expect(await decodePicture(bytes)).toMatchObject({ kind: 'refused', problem })
  }
  const harmless = [
    // The decoder never sees texts, and stops when it has its rows.
    png(64, 64, pngChunk('zTXt', Buffer.concat([latin1('Comment\0\0'), zeros])), rowsOfZeros(64, 64)),
    png(64, 64, pngChunk('IDAT', zeros)),
    // A profile that is none is left out.
    png(64, 64, pngChunk('iCCP', latin1('p\0\0no zlib')), rowsOfZeros(64, 64)),
  ]
  for (const bytes of harmless) expect(await decodePicture(bytes)).toMatchObject({ kind: 'decoded' })
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(150_000) // kilobytes
})

/** As many as fit: a chunk may be empty. */
const many = (chunk: Uint8Array, bytes: number) =>
  Buffer.concat(Array(Math.floor(bytes / chunk.length)).fill(chunk))

function webpOf(chunks: Uint8Array): Buffer {
  const header = latin1('RIFF\0\0\0\0WEBP')
  header.writeUInt32LE(chunks.length + 4, 4)
  return Buffer.concat([header, chunks])
}

const empty = (type: string) => pngChunk(type, new Uint8Array())

test.each([
  ['a PNG of empty pixel chunks', png(64, 64, many(empty('IDAT'), pictureLimits.bytes - 100_000))],
  [
    'a PNG in which every other chunk is dropped',
    png(64, 64, many(Buffer.concat([empty('IDAT'), empty('abCd')]), pictureLimits.bytes - 100_000)),
  ],
  ['a PNG of empty texts', png(64, 64, many(pngChunk('tEXt', latin1('a\0')), pictureLimits.bytes - 100_000))],
  ['a PNG of empty profiles', png(64, 64, many(empty('iCCP'), pictureLimits.bytes - 100_000))],
  ['a WebP of empty chunks', webpOf(many(latin1('abcd\0\0\0\0'), pictureLimits.bytes - 100_000))],
  ['a WebP of empty texts', webpOf(many(latin1('XMP \0\0\0\0'), pictureLimits.bytes - 100_000))],
  [
    'a JPEG of empty comments',
    Buffer.concat([latin1('\xff\xd8'), many(latin1('\xff\xfe\0\x02'), pictureLimits.bytes - 100_000)]),
  ],
  ['a JPEG of filling', Buffer.alloc(pictureLimits.bytes - 100_000, 0xff).fill(latin1('\xff\xd8'), 0, 2)],
])('%s costs the main thread next to nothing', async (_, bytes) => {
  const boundUnits = 100
  // What the decoder does is not the main thread's.
  const inspected = await leastMainThreadUnits(boundUnits / 2, () => void decodePicture(bytes))
  const read = await leastMainThreadUnits(boundUnits / 2, () => void readProvenance(bytes))
  expect(inspected).toBeLessThan(boundUnits)
  expect(read).toBeLessThan(boundUnits)
})

describe('takes', () => {
  test('a JPEG whose decoder complains and gives all pixels all the same', async () => {
    expect(await decoded(readFixture('odd-scan-header.jpg'))).toMatchObject({ widthPx: 64, heightPx: 48 })
  })

  test('a phone’s twelve megapixels, made smaller, with its own size', async () => {
    const outcome = await decodePicture(readFixture('twelve-megapixels.jpg'))
    expect(outcome).toMatchObject({
      kind: 'decoded',
      format: 'png',
      picture: { widthPx: 2364, heightPx: 1773 },
      shrunkFrom: { widthPx: 4032, heightPx: 3024 },
    })
    if (outcome.kind !== 'decoded' || !outcome.shrunkFrom) return expect.fail('it was not made smaller')
    // The file is what was decoded, and needs no making smaller again.
    expect(greatestDifference(await decoded(outcome.file), outcome.picture)).toBe(0)
  })

  test('a large one upright and with its transparency', async () => {
    const half = await sharp({
      create: { width: 3000, height: 2000, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    const outcome = await decodePicture(half)
    if (outcome.kind !== 'decoded' || !outcome.shrunkFrom) return expect.fail('it was not made smaller')
    const { width = 0, height = 0, hasAlpha } = await sharp(outcome.file).metadata()
    expect({ isTall: height > width, hasAlpha }).toEqual({ isTall: true, hasAlpha: true })
    expect(outcome.shrunkFrom).toEqual({ widthPx: 2000, heightPx: 3000 })
  })

  test('the largest square', async () => {
    const bytes = png(2048, 2048, rowsOfZeros(2048, 2048))
    expect(await decoded(bytes)).toMatchObject({ widthPx: 2048, heightPx: 2048 })
  })

  test('PNG to the last bit', async () => {
    const picture = aPicture()
    expect(greatestDifference(await decoded(await pixelsOf(picture).png().toBuffer()), picture)).toBe(0)
  })

  test('whatever the file says about turning it', async () => {
    const picture = aPicture(48, 32)
    // 6: the camera was held so that the picture must be turned a quarter to the right.
    const bytes = await pixelsOf(picture).withMetadata({ orientation: 6 }).png().toBuffer()
    const { data } = await pixelsOf(picture).rotate(90).raw().toBuffer({ resolveWithObject: true })
    const upright = await decoded(bytes)
    expect(greatestDifference(upright, { widthPx: 32, heightPx: 48, data })).toBe(0)
  })

  test('transparency, on white', async () => {
    const bytes = await sharp({
      create: { width: 16, height: 16, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer()
    expect(
      greatestDifference(await decoded(bytes), aFlatPicture(16, 16, [127, 127, 127])),
    ).toBeLessThanOrEqual(1)
  })

  test('a palette, grey, 16 bits, CMYK and interlacing, all as RGB', async () => {
    const grey = pixelsOf(aFlatPicture(16, 16, [90, 90, 90]))
    const files = [
      grey.clone().png({ palette: true }),
      grey.clone().toColourspace('b-w').png(),
      grey.clone().toColourspace('rgb16').png(),
      grey.clone().png({ progressive: true }),
      grey.clone().webp({ lossless: true }),
      grey.clone().toColourspace('b-w').jpeg({ quality: 100 }),
    ]
    for (const file of files) {
      const picture = await decoded(await file.toBuffer())
      expect(greatestDifference(picture, aFlatPicture(16, 16, [90, 90, 90]))).toBeLessThanOrEqual(1)
    }
    const cmyk = pixelsOf(aFlatPicture(16, 16, [255, 0, 0]))
      .toColourspace('cmyk')
      .jpeg()
    const [r = 0, g = 255, b = 255] = (await decoded(await cmyk.toBuffer())).data
    expect(r).toBeGreaterThan(200)
    expect(Math.max(g, b)).toBeLessThan(60)
  })

  test('a wide-gamut profile, brought to sRGB', async () => {
    const colour: [number, number, number] = [200, 100, 50]
    const bytes = await pixelsOf(aFlatPicture(16, 16, colour))
      .withIccProfile('p3')
      .png()
      .toBuffer()
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()
    expect([...stored.subarray(0, 3)]).not.toEqual(colour)
    expect(greatestDifference(await decoded(bytes), aFlatPicture(16, 16, colour))).toBeLessThanOrEqual(2)
  })
})

test.each(['png', 'jpeg', 'webp'] as const)('says that it was a %s', async format => {
  const { bytes } = await encodePicture(aPicture(), format, undefined)
  expect(await decodePicture(bytes)).toMatchObject({ kind: 'decoded', format })
})

describe('refuses', () => {
  const refusal = async (bytes: Uint8Array) => {
    const outcome = await decodePicture(bytes)
    return outcome.kind === 'refused' ? outcome.problem : undefined
  }

  test('a file of too many bytes, with the numbers', async () => {
    expect(await refusal(new Uint8Array(pictureLimits.bytes + 1))).toEqual({
      what: 'too-many-bytes',
      bytes: 20_000_001,
      limitBytes: 20_000_000,
    })
  })

  test.each([
    ['a text file', latin1('this is .png in name only')],
    ['nothing', new Uint8Array()],
    ['a script', latin1('<html><script>')],
    ['a pickle', latin1('\x80\x02}q\0.')],
  ])('what is no picture: %s', async (_, bytes) => {
    expect(await refusal(bytes)).toEqual({ what: 'not-a-picture' })
  })

  test.each([
    ['GIF', latin1('GIF89a\x01\0\x01\0')],
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['AVIF', latin1('\0\0\0\x1cftypavif')],
    ['TIFF', latin1('II*\0\x08\0\0\0')],
  ])('pictures of other formats by name: %s', async (name, bytes) => {
    expect(await refusal(bytes)).toEqual({ what: 'format', found: name })
  })

  test('an animated WebP', async () => {
    const frames = [aPicture(), aFlatPicture(64, 48, [9, 9, 9])]
    const files = await Promise.all(frames.map(frame => pixelsOf(frame).png().toBuffer()))
    const bytes = await sharp(files, { join: { animated: true } })
      .webp()
      .toBuffer()
    expect(await refusal(bytes)).toEqual({ what: 'animated' })
  })

  test('slivers', async () => {
    expect(await refusal(png(100, 15, rowsOfZeros(100, 15)))).toMatchObject({ what: 'side', minPx: 16 })
  })

  test.each(['png', 'jpeg', 'webp'] as const)('a %s cut off anywhere', async format => {
    const { bytes } = await encodePicture(aNoisyPicture(64, 64), format, undefined)
    for (const share of [0.02, 0.1, 0.5, 0.9, 0.99]) {
      const length = Math.floor(bytes.length * share)
      expect(await refusal(bytes.subarray(0, length))).toEqual({ what: 'damaged' })
    }
  })

  test.each(['png', 'jpeg', 'webp'] as const)('a %s header with nothing behind it', async format => {
    const { bytes } = await encodePicture(aPicture(), format, undefined)
    const hollow = Uint8Array.from(bytes).fill(0, 16)
    expect(await refusal(hollow)).toEqual({ what: 'damaged' })
  })

  test('a PNG whose pixels fail their checksum', async () => {
    const { bytes } = await encodePicture(aNoisyPicture(64, 64), 'png', undefined)
    const flipped = Uint8Array.from(bytes)
    const middle = bytes.length >> 1
    flipped[middle] = (flipped[middle] ?? 0) ^ 0xff
    expect(await refusal(flipped)).toEqual({ what: 'damaged' })
  })

  test('a JPEG of more scans than any encoder makes', async () => {
    const bytes = await pixelsOf(aFlatPicture(2048, 2048, [9, 9, 9]))
      .jpeg({ progressive: true })
      .toBuffer()
    const lastScan = bytes.lastIndexOf(latin1('\xff\xda'))
    const scans = Array.from({ length: 20_000 }, () => bytes.subarray(lastScan, -2))
    const bomb = Buffer.concat([bytes.subarray(0, -2), ...scans, latin1('\xff\xd9')])
    expect(await refusal(bomb)).toEqual({ what: 'damaged' })
  })
})
